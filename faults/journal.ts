import { closeSync, existsSync, fsyncSync, mkdirSync, readdirSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { bootId, monotonicNs } from '../support/clock.ts';
import { HoldfastError, messageOf } from '../support/errors.ts';
import { openToAppend, readOrdinary } from '../support/files.ts';
import { limits } from '../support/limits.ts';
import { takeLockSoon } from '../support/lock.ts';
import { identify } from '../support/processes.ts';
import type { FaultState } from '../record/format.ts';
import { hashOf, JOURNAL_FORMAT, parseJournal, type JournalHead, type JournalLine } from './journal-line.ts';

export type { JournalHead, JournalLine } from './journal-line.ts';

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
  const file = openToAppend(path, 0o600);
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
  return parseJournal(readOrdinary(path), { id, path });
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
  const text = readOrdinary(path);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
}

function fileOf(dir: string, id: string): string {
  return join(dir, `${id}.jsonl`);
}
