import { Observation, OPERATION_KINDS, OUTCOMES, type ExitSample, type HistoryLine, type Run } from '../record/format.ts';
import { withoutNulls } from '../record/nulls.ts';
import { openRecord } from '../record/reader.ts';
import type { Verdict } from '../record/verdict-format.ts';
import { Actions, type Action } from './actions.ts';
import { Journal, type FaultSpan } from './journal.ts';
import { copyState, Lanes, type BackendState, type CopyState, type Lane } from './lanes.ts';
import { eachLine, type Reading } from './lines.ts';
import { Slices } from './slices.ts';

const MOST_EXITS = 1000;

/** What a report needs of one run, folded while reading; its size does not grow with the length of the run. */
export type RunData = {
  folder: string;
  run: Run;
  /** absent until the run was judged */
  verdict: Verdict | undefined;
  slices: Slices;
  copies: Lane<CopyState>[];
  backends: Lane<BackendState>[];
  exits: ExitSample[];
  faults: FaultSpan[];
  /** what runbooks and administrators did */
  actions: Action[];
  /** copies whose final state was recorded */
  finals: string[];
  /** what the record lacks, in sentences */
  notes: string[];
};

/** Reads the run record in `folder`; only run.json must be there. The verdict is given: what lies there as verdict.json may be another's. */
export async function readRun(folder: string, verdict?: Verdict): Promise<RunData> {
  const record = openRecord(folder);
  const { run } = record;
  const notes: string[] = [];
  const slices = new Slices(run.deadlineMs);
  // reads of everything once more, thousands a second, would dwarf the load that they follow
  const ends = run.arrivals?.process === 'random' ? (run.phases ?? []).map(({ end }) => end) : [];
  const loadEnd = ends.length === 0 ? Infinity : Math.max(...ends);
  let closed = false;
  const history = await eachLine(record.history, (line) => {
    if (!isHistory(line)) return false;
    closed ||= line.op === 'end';
    return isReadAgain(line, loadEnd) || slices.add(line);
  });
  note(notes, 'history', history);
  if (history.lines > 0 && !closed) notes.push('The history lacks its closing line: it may be truncated.');

  const copies = new Lanes<CopyState>();
  const backends = new Lanes<BackendState>();
  const exits: ExitSample[] = [];
  note(
    notes,
    'observations',
    await eachLine(record.observations, (line) => {
      const seen = Observation.safeParse(withoutNulls(line)).data;
      if (seen === undefined) return false;
      if ('copy' in seen) return copies.add(String(seen.copy), seen.at, copyState(seen as never));
      if ('backend' in seen) return backends.add(String(seen.backend), seen.at, { status: (seen.status ?? 'not known') as never });
      if (isExit(seen)) return exits.length < MOST_EXITS && exits.push(seen) > 0;
      return true;
    }),
  );

  const journal = new Journal();
  note(notes, 'fault journal', await eachLine(record.faults, (line) => journal.add(withoutNulls(line))));
  const actions = new Actions();
  if (record.runbook !== undefined) note(notes, 'runbook steps', await eachLine(record.runbook, (line) => actions.add(withoutNulls(line))));
  const finals = [...record.finals.keys()];
  if (finals.length === 0) notes.push('The record has no final state of any database copy: what was lost cannot be told.');
  return {
    folder,
    run,
    verdict,
    slices,
    copies: copies.finish(),
    backends: backends.finish(),
    exits: exits.sort((a, b) => a.at - b.at),
    faults: journal.spans(),
    actions: actions.finish(),
    finals,
    notes,
  };
}

const isExit = (seen: object): seen is ExitSample => 'exit' in seen;

const isReadAgain = (line: HistoryLine, loadEnd: number): boolean => line.op === 'read' && (line.due ?? line.start) > loadEnd;

/* Hundreds of thousands of lines: the few fields a chart needs are checked by hand, the schema would take seconds. */
function isHistory(line: unknown): line is HistoryLine {
  if (typeof line !== 'object' || line === null) return false;
  const { op, kind, outcome } = line as Record<string, unknown>;
  if (op === 'end') return true;
  const known = (name: unknown) => OPERATION_KINDS.includes(name as never);
  return op === 'dropped' ? known(kind) : known(op) && OUTCOMES.includes(outcome as never);
}

function note(notes: string[], what: string, { present, lines, unreadable, brokenOff }: Reading): void {
  if (!present) notes.push(`The record has no ${what}.`);
  else if (lines === 0 && what !== 'fault journal') notes.push(`The ${what} of this record ${what.endsWith('s') ? 'are' : 'is'} empty.`);
  if (brokenOff) notes.push(`The ${what} of this record ended in the middle: the file is damaged or was cut off.`);
  if (unreadable > 0)
    notes.push(`${unreadable} of ${lines} lines of the ${what} were left out: not in the documented format, or too many.`);
}
