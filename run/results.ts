import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Verdict } from '../record/verdict-format.ts';
import type { Result } from '../reports/index.ts';
import { UsageError } from '../support/errors.ts';
import { readJson } from '../support/files.ts';
import { SESSIONS, type SessionFile } from './session-file.ts';

/** A result, with the session it belongs to and the time at which its run, or else its session, began. */
interface Found extends Result {
  session: string | undefined;
  startedAt: string;
}

interface Recorded extends Found {
  /** its folder */
  folder: string;
  /** name of its folder */
  record: string;
}

interface RunHead {
  scenario: string;
  startedAt?: string;
  session?: string;
  topology?: { pattern?: string };
}

/** How deep below a folder records are looked for: artifacts of several machines lie in folders of their own. */
const DEEPEST = 6;

/** Results of sessions from every record below the folders, and from the files of sessions for what left none, in the order in which they began. Of `sessions`: all; none named: all of the folders, or with `latest` those of the last session. */
export function resultsOf(
  folders: readonly string[],
  { sessions = [], latest = false }: { sessions?: readonly string[]; latest?: boolean } = {},
): (Result & { folder?: string })[] {
  const files = folders.flatMap((folder) => filesBelow(folder));
  const told = files.filter((file) => !isRecord(file)).map((file) => readJson<SessionFile>(file) as SessionFile);
  const skipped = new Set(told.flatMap(recordsSkipped));
  const recorded = files.filter(isRecord).flatMap(recordedIn);
  const found = [...recorded.filter((run) => run.verdict !== undefined || !skipped.has(keyOf(run))), ...told.flatMap(besideRecords)].sort(
    (a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0),
  );
  const known = [...new Set(found.flatMap(({ session }) => session ?? []))];
  for (const session of sessions) {
    if (!known.includes(session))
      throw new UsageError(
        `no run of session "${session}" in ${folders.join(', ')}: expected one of ${known.slice(-8).join(', ') || 'none: there is no session'}`,
      );
  }
  if (sessions.length > 0) return found.filter(({ session }) => session !== undefined && sessions.includes(session));
  return latest ? found.filter(({ session }) => session !== undefined && session === known.at(-1)) : found;
}

function isRecord(file: string): boolean {
  return basename(file) === 'run.json';
}

function recordedIn(file: string): Recorded[] {
  const run = readJson<RunHead>(file);
  if (run === undefined) return [];
  const verdict = readJson<Verdict>(join(dirname(file), 'verdict.json'));
  const { scenario, startedAt = '', session, topology } = run;
  return [
    {
      scenario,
      startedAt,
      session,
      pattern: topology?.pattern ?? 'unknown',
      verdict,
      record: basename(dirname(file)),
      folder: dirname(file),
    },
  ];
}

function besideRecords({ session, startedAt, pattern, unrecorded, skipped = [] }: SessionFile): Found[] {
  const about = { session, startedAt, pattern };
  return [
    ...unrecorded.map(({ scenario, error }) => ({ scenario, error, ...about })),
    ...skipped.map(({ scenario, reason }) => ({ scenario, skipped: reason, ...about })),
  ];
}

/** Records without a verdict that a session tells of as skipped. */
function recordsSkipped({ session, skipped = [] }: SessionFile): string[] {
  return skipped.flatMap(({ record }) => (record === undefined ? [] : [keyOf({ session, record })]));
}

function keyOf({ session, record }: Pick<Recorded, 'session' | 'record'>): string {
  return `${session} ${record}`;
}

/** Files of records and of sessions; a record holds no other one. */
function filesBelow(folder: string, depth = 0): string[] {
  const run = join(folder, 'run.json');
  if (existsSync(run)) return [run];
  if (depth > DEEPEST) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') return filesBelow(path, depth + 1);
    return basename(folder) === SESSIONS && entry.name.endsWith('.json') ? [path] : [];
  });
}
