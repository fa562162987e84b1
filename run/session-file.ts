import { basename, join } from 'node:path';
import { writeAtomic } from '../support/files.ts';
import { runsDir } from '../support/paths.ts';
import { exitCodeOf, type Outcome } from './session.ts';

/** What one command ran, beside the records of its runs: what left no record is only here. */
export interface SessionFile {
  format: 1;
  session: string;
  startedAt: string;
  pattern: string;
  /** the profile, or the names of the scenarios, or what chose the rounds of a soak */
  profile?: string;
  scenarios?: readonly string[];
  soak?: string;
  repeat: number;
  /** "2/3": one machine's part */
  shard?: string;
  exitCode: number;
  /** scenarios that failed beside any record, and why */
  unrecorded: { scenario: string; error: string }[];
  /** scenarios that were not to run, and why; `record`: the name of one that was opened before that was known */
  skipped?: { scenario: string; reason: string; record?: string }[];
}

/** Folder of session files within a folder of records. */
export const SESSIONS = 'sessions';

/** Writes what a session was, once it is over; returns the file. */
export function writeSession(
  about: Omit<SessionFile, 'format' | 'exitCode' | 'unrecorded' | 'skipped'>,
  outcomes: readonly Outcome[],
): string {
  const skipped = outcomes.flatMap(({ title, folder, skipped: reason }) =>
    reason === undefined ? [] : [{ scenario: title, reason, ...(folder === undefined ? {} : { record: basename(folder) }) }],
  );
  const unrecorded = outcomes.flatMap(({ title, folder, error, skipped: why }) =>
    folder === undefined && why === undefined ? [{ scenario: title, error: error ?? 'ended without a record' }] : [],
  );
  const exitCode = exitCodeOf(outcomes, { named: about.scenarios !== undefined });
  const file: SessionFile = { format: 1, ...about, exitCode, unrecorded, skipped };
  const path = join(runsDir(), SESSIONS, `${about.session}.json`);
  writeAtomic(path, `${JSON.stringify(file, undefined, 2)}\n`);
  return path;
}
