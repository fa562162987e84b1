import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readdirSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { bootId, monotonicNs } from '../support/clock.ts';
import { HoldfastError, messageOf } from '../support/errors.ts';
import { limits } from '../support/limits.ts';
import { takeLockSoon } from '../support/lock.ts';
import { identify, type ProcessIdentity } from '../support/processes.ts';
import type { FaultState } from '../record/format.ts';
import type { FaultKind, Pinned } from './fault.ts';

/** Version of the journal's lines. */
export const JOURNAL_FORMAT = 1;

/** What stays the same over the lines of one fault. */
export interface JournalHead {
  id: string;
  fault: string;
  kind: FaultKind;
  target: string;
  pinned: Pinned;
  /** end of the lease; ns of CLOCK_MONOTONIC */
  leaseEndNs: string;
  bootId: string;
  /** who injects; absent in journals of earlier versions */
  injector?: ProcessIdentity;
  /** run that asked for it */
  run?: string;
}

export interface JournalLine extends JournalHead {
  format: number;
  state: FaultState;
  atNs: string;
  evidence?: string;
  /** applied: when the injection began; ns of CLOCK_MONOTONIC */
  beganNs?: string;
  /** hash over the line before and this one */
  hash: string;
}

/** Starts the journal of a fault with its `intent`; one file a fault. */
export function openJournal(dir: string, head: Omit<JournalHead, 'id' | 'bootId' | 'injector'>, evidence: string): JournalHead {
  mkdirSync(dir, { recursive: true });
  const id = `${monotonicNs().toString().padStart(18, '0')}-${head.fault}`;
  const injector = identify(process.pid);
  const full: JournalHead = { ...head, id, bootId: bootId(), ...(injector === undefined ? {} : { injector }) };
  append(dir, full, 'intent', evidence);
  return full;
}

/** Appends one state, once: a state that the journal has already is not written again. Returns its time. Runner, healer and a person may append at the same moment: a lock keeps the chain whole. */
export function append(
  dir: string,
  head: JournalHead,
  state: FaultState,
  evidence: string,
  more: Pick<JournalLine, 'beganNs'> = {},
): bigint {
  const path = fileOf(dir, head.id);
  using _lock = takeLockSoon(`${path}.lock`, `journal of ${head.fault}`, limits.journalLock);
  const lines = existsSync(path) ? readJournal(dir, head.id) : [];
  const known = lines.find((line) => line.state === state);
  if (known !== undefined) return BigInt(known.atNs);
  cutTornLine(path);
  const at = monotonicNs();
  const body = { format: JOURNAL_FORMAT, ...head, state, atNs: at.toString(), evidence, ...more };
  const line: JournalLine = { ...body, hash: hashOf(lines.at(-1)?.hash ?? '', body) };
  const file = openSync(path, 'a', 0o600);
  try {
    writeSync(file, `${JSON.stringify(line)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return at;
}

/** Lines of one fault; an unfinished last line does not count, a broken chain or another version is an error. */
export function readJournal(dir: string, id: string): JournalLine[] {
  const path = fileOf(dir, id);
  const text = readFileSync(path, 'utf8');
  let before = '';
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((raw, index) => {
      const line = parseLine(raw, path, index + 1);
      const { hash, ...body } = line;
      if (hash !== hashOf(before, body)) {
        throw new HoldfastError(
          `${path} line ${index + 1}: the hash does not continue the line before: the journal was changed after it was written`,
        );
      }
      before = hash;
      return line;
    });
}

/** Every fault that a lab's journal knows, oldest first; one whose file cannot be trusted comes as the error instead. */
export function journals(dir: string): (JournalLine[] | UnreadableJournal)[] {
  return faultIds(dir).map((id) => {
    try {
      return readJournal(dir, id);
    } catch (error) {
      return { id, error: messageOf(error) };
    }
  });
}

/** Ids of the faults that a lab's journal knows, oldest first. */
export function faultIds(dir: string): string[] {
  if (!existsSync(dir)) return [];
  const files = readdirSync(dir).filter((file) => file.endsWith('.jsonl'));
  return files.map((file) => file.slice(0, -'.jsonl'.length)).sort();
}

export interface UnreadableJournal {
  id: string;
  error: string;
}

/** Faults that have begun and are not known to be gone. */
export function openFaults(dir: string): JournalLine[][] {
  return readable(dir).filter((lines) => !lines.some(({ state }) => state === 'gone'));
}

/** The journals that can be trusted. */
export function readable(dir: string): JournalLine[][] {
  return journals(dir)
    .filter((journal) => Array.isArray(journal))
    .filter((lines) => lines.length > 0);
}

/** The journals that cannot. */
export function unreadable(dir: string): UnreadableJournal[] {
  return journals(dir).filter((journal): journal is UnreadableJournal => !Array.isArray(journal));
}

/** The head of a journal's lines. */
export function headOf(lines: readonly JournalLine[]): JournalHead {
  const [first] = lines;
  if (first === undefined) throw new HoldfastError('empty journal: expected at least the intent');
  const { format: _format, state: _state, atNs: _at, evidence: _evidence, beganNs: _began, hash: _hash, ...head } = first;
  return head;
}

/** What a writer that was killed left of a line. */
function cutTornLine(path: string): void {
  if (!existsSync(path)) return;
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
}

function parseLine(raw: string, path: string, number: number): JournalLine {
  let line: JournalLine;
  try {
    line = JSON.parse(raw) as JournalLine;
  } catch (error) {
    throw new HoldfastError(`${path} line ${number} is no JSON: expected one journal line`, { cause: error });
  }
  if (line.format !== JOURNAL_FORMAT) {
    throw new HoldfastError(
      `${path} line ${number} has journal format ${line.format}; this version reads ${JOURNAL_FORMAT}: heal with the version that wrote it, or take the lab down`,
    );
  }
  return line;
}

function hashOf(before: string, body: object): string {
  return createHash('sha256').update(before).update(JSON.stringify(body)).digest('hex').slice(0, 32);
}

function fileOf(dir: string, id: string): string {
  return join(dir, `${id}.jsonl`);
}
