import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FAULT_STATES, type FaultState } from '../record/format.ts';
import { HoldfastError } from '../support/errors.ts';
import type { ProcessIdentity } from '../support/processes.ts';
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

/** What whoever heals relies on; the rest of a line is the business of its fault. */
const nanoseconds = z.string().regex(/^\d{1,20}$/);
const Line = z.looseObject({
  id: z.string(),
  fault: z.string(),
  kind: z.enum(['held', 'off', 'momentary']),
  target: z.string(),
  pinned: z.looseObject({
    hosts: z.array(z.string()),
    paths: z.array(z.looseObject({ from: z.string(), to: z.string() })),
  }),
  leaseEndNs: nanoseconds,
  bootId: z.string(),
  state: z.enum(FAULT_STATES),
  atNs: nanoseconds,
  beganNs: nanoseconds.optional(),
  hash: z.string(),
});

/** The lines of a journal's text, `id` that of its fault; an unfinished last line does not count, a broken chain, another version or a line that nobody could heal by is an error. */
export function parseJournal(text: string, { id, path }: { id: string; path: string }): JournalLine[] {
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
      if (line.id !== id) throw new HoldfastError(`${path} line ${index + 1}: expected the fault "${id}"; it tells of "${line.id}"`);
      before = hash;
      return line;
    });
}

/** The hash of a line after one with the hash `before`. */
export function hashOf(before: string, body: object): string {
  return createHash('sha256').update(before).update(JSON.stringify(body)).digest('hex').slice(0, 32);
}

function parseLine(raw: string, path: string, number: number): JournalLine {
  let line: unknown;
  try {
    line = JSON.parse(raw);
  } catch (error) {
    throw new HoldfastError(`${path} line ${number} is no JSON: expected one journal line`, { cause: error });
  }
  const format = (line as { format?: unknown } | null)?.format;
  if (format !== JOURNAL_FORMAT) {
    throw new HoldfastError(
      `${path} line ${number} has journal format ${String(format)}; this version reads ${JOURNAL_FORMAT}: heal with the version that wrote it, or take the lab down`,
    );
  }
  const checked = Line.safeParse(line);
  if (!checked.success) {
    const where = checked.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new HoldfastError(
      `${path} line ${number}: expected a journal line of format ${JOURNAL_FORMAT}; wrong or missing: ${where}: take the lab down if its fault cannot be ended by hand`,
    );
  }
  // as it was read: the hash is over its properties in their order
  return line as JournalLine;
}
