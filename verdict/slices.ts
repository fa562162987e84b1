import type { Database } from './database.ts';
import { SLICE } from './settings.ts';

/** What was due, and succeeded, in one 100 ms of a phase. */
export type Bin = { phase: string; kind: string; bin: number; due: number; ok: number };

/** A stretch of a phase in which at least five calls were due, if the phase had that many; µs. */
export type Slice = { kind: string; phase: string; start: number; end: number; due: number; ok: number; bad: boolean };

/** Fewest calls that a slice is judged by. */
const FEWEST = 5;
/** Share of successes under which a slice is bad. */
const GOOD_SHARE = 0.95;

/** Cuts the phases into slices, by kind and over all kinds, and adds the tables `slices`, `bad_stretches` and `outages`. */
export async function loadSlices(database: Database): Promise<void> {
  const phases = await database.rows('SELECT name::VARCHAR AS name, start, "end" FROM phases ORDER BY start');
  const bins = (await database.rows(`
    SELECT phase::VARCHAR AS phase, coalesce(kind::VARCHAR, 'all') AS kind, bin, sum(due)::BIGINT AS due, sum(ok)::BIGINT AS ok
    FROM bins GROUP BY GROUPING SETS ((phase, kind, bin), (phase, bin)) ORDER BY ALL`)) as Bin[];
  const slices: Slice[] = [];
  for (const { name, start, end } of phases) {
    const ofPhase = Map.groupBy(
      bins.filter((bin) => bin.phase === name),
      (bin) => bin.kind,
    );
    for (const [kind, list] of ofPhase) {
      slices.push(...cutSlices(list, { kind, phase: String(name), start: Number(start), end: Number(end) }));
    }
  }
  await database.table(
    'slices',
    { kind: 'VARCHAR', phase: 'phase_name', start: 'BIGINT', end: 'BIGINT', due: 'BIGINT', ok: 'BIGINT', bad: 'BOOLEAN' },
    slices,
  );
  await database.script('views/slices.sql');
}

/** Widens slices of 100 ms until five calls were due in each; what is left at the end of the phase joins the last one. */
export function cutSlices(bins: readonly Bin[], span: { kind: string; phase: string; start: number; end: number }): Slice[] {
  const slices: Slice[] = [];
  let open = { start: span.start, due: 0, ok: 0 };
  const close = (end: number): void => {
    slices.push({ kind: span.kind, phase: span.phase, ...open, end, bad: isBad(open) });
    open = { start: end, due: 0, ok: 0 };
  };
  for (const { bin, due, ok } of bins) {
    open = { ...open, due: open.due + due, ok: open.ok + ok };
    if (open.due >= FEWEST) close(Math.min(span.start + (bin + 1) * SLICE, span.end));
  }
  const last = slices.pop();
  if (last === undefined) {
    if (open.due > 0) close(span.end);
    return slices;
  }
  const joined = { ...last, end: span.end, due: last.due + open.due, ok: last.ok + open.ok };
  return [...slices, { ...joined, bad: isBad(joined) }];
}

function isBad({ due, ok }: { due: number; ok: number }): boolean {
  return ok < GOOD_SHARE * due;
}
