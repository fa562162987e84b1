import { standing } from './testing-cluster.ts';
import { chosen, everyFinal, isCall, LATE, more, type Mutation } from './testing-mutation.ts';
import type { World } from './testing-model.ts';
import { put, steady, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** Ways to take away what a verdict rests on, or to let it contradict itself: nothing is broken, and nothing shown. */
export const EVIDENCE_MUTATIONS: readonly Mutation[] = [
  doubtful('lose the end of the history', ({ sketch }) => ({ ...sketch, end: null })),
  doubtful('lose the effect of the fault', (world) => journalled(world, (lines) => lines.filter(({ state }) => state !== 'verified'))),
  doubtful('prove the fault before it was applied', (world) =>
    journalled(world, (lines) => lines.map((line) => (line.state === 'verified' ? { ...line, at: atOf(lines, 'applied') - 1 } : line))),
  ),
  doubtful('prove the fault after it was gone', (world) =>
    journalled(world, (lines) => lines.map((line) => (line.state === 'verified' ? { ...line, at: atOf(lines, 'gone') + 1 } : line))),
  ),
  doubtful('apply the fault a second time, and say so only once', (world) =>
    journalled(world, (lines) => [...lines, { ...lines.find(({ state }) => state === 'applied'), at: atOf(lines, 'gone') - 1 }]),
  ),
  doubtful('lose what the row of a key tells', (world, pick) => {
    const { sketch, id } = keyed(world, pick);
    return everyFinal(sketch, (rows) => rows.map((row) => (row.id === id ? { id } : row)));
  }),
  doubtful('lose what a get of a key showed', (world, pick) => {
    const { sketch, id } = keyed(world, pick);
    const where = { role: 'primary', copy: standing(world.course, LATE).copy };
    return more(sketch, { op: 'get', id, client: 44, start: LATE + 10, end: LATE + 12, outcome: 'ok', found: true, ...where });
  }),
  doubtful('lose the items of a page', ({ sketch }, pick) => {
    const pages = sketch.history.filter((line) => line.op === 'list' && line.outcome === 'ok');
    const victim = chosen(pages, pick);
    const page = { op: 'list', id: 'empty walk', client: 44, start: LATE, end: LATE + 2, outcome: 'ok' };
    if (victim === undefined) return more(sketch, page);
    return { ...sketch, history: sketch.history.map((line) => (isCall(line, victim) ? { ...line, items: undefined } : line)) };
  }),
  doubtful('call a copy gone that was watched to the end', ({ sketch, truth, replica }) => ({
    ...sketch,
    run: { ...sketch.run, copies: { [truth]: 'primary', [replica]: 'gone' } },
  })),
  doubtful('ask the primary for nothing', () =>
    promised({ stalePrimary: 0 }, (line) => (line.role === 'primary' ? { ...line, role: 'replica', copy: 'db2' } : line)),
  ),
  doubtful('ask no replica during the fault', () =>
    promised({ staleReplicaP99Ms: 50 }, (line) =>
      line.role === 'replica' && Number(line.due) > 990_000 && Number(line.due) < 2_010_000
        ? { ...line, role: 'primary', copy: 'db1' }
        : line,
    ),
  ),
  doubtful('take the names of the sites from the answers', () =>
    promised({ share: [0.4, 0.6], leastShare: 0.4 }, (line) => ({ ...line, site: null })),
  ),
  doubtful('let every look at the copies find them down', () =>
    watched((line) => ('copy' in line ? { at: line.at, copy: line.copy, up: false } : line)),
  ),
  doubtful('let every look at the copies tell nothing', () =>
    watched((line) => ('copy' in line ? { at: line.at, copy: line.copy, up: true } : line)),
  ),
  doubtful('let every look at the copies go unanswered', () =>
    watched((line) => ('copy' in line ? { at: line.at, copy: line.copy, up: null, took: 100_000 } : line)),
  ),
  doubtful('let the balancer answer no look', () => watched((line) => ('backend' in line ? { ...line, status: null } : line))),
  doubtful('let the balancer find every site down', () => watched((line) => ('backend' in line ? { ...line, status: 'DOWN' } : line))),
];

/** A run that promises something, with other calls. */
function promised(bounds: Line, change: (line: Line) => Line): Sketch {
  const whole = steady();
  return { ...whole, run: { ...whole.run, bounds }, history: whole.history.map(change) };
}

/** A run that was watched in another way. */
function watched(change: (line: Line) => Line): Sketch {
  const whole = steady();
  return { ...whole, observations: whole.observations.map(change) };
}

function doubtful(what: string, spoil: Mutation['spoil']): Mutation {
  return { what, class: 'vacuous', doubts: ['vacuous'], spoil };
}

/** A key with an acknowledged put and a row in the truth; the record has one more where none was so. */
function keyed({ sketch, course, keys }: World, pick: number): { sketch: Sketch; id: string } {
  const victim = chosen(
    keys.filter((key) => key.acked > 0 && key.row !== undefined),
    pick,
  );
  if (victim !== undefined) return { sketch, id: victim.id };
  const row = { id: 'told', version: 1, value: 'told 1', epoch: standing(course, LATE).epoch };
  return { sketch: everyFinal(more(sketch, put('told', 1, LATE, LATE + 5, standing(course, LATE))), (rows) => [...rows, row]), id: 'told' };
}

/** The record, or one with a fault where it has none, with another journal. */
function journalled({ sketch }: World, change: (lines: Line[]) => Line[]): Sketch {
  const whole = sketch.faults?.length === 0 ? steady() : sketch;
  return { ...whole, faults: change(whole.faults ?? []) };
}

function atOf(lines: readonly Line[], state: string): number {
  return Number(lines.find((line) => line.state === state)?.at);
}
