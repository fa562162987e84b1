import fc from 'fast-check';
import { END, samplesOf, standing, type Course } from './testing-cluster.ts';
import { keyLife, life, liveElement, type Element } from './testing-elements.ts';
import { liveKey, type Key } from './testing-keys.ts';
import { liveWalk, walk } from './testing-lists.ts';
import { faultOf, NO_FLOORS, runOf, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** A record of a run of the model, and what the model knows about it. */
export type World = { sketch: Sketch; course: Course; truth: string; replica: string; elements: Element[]; keys: Key[] };

const course = fc
  .record({
    failover: fc.option(fc.integer({ min: 60, max: 130 })),
    lag: fc.integer({ min: 0, max: 30 }),
    jobs: fc.option(
      fc.array(fc.record({ begin: fc.integer({ min: 0, max: END }), length: fc.integer({ min: 0, max: 30 }) }), { maxLength: 8 }),
    ),
    degrades: fc.boolean(),
  })
  .map(({ degrades, ...rest }): Course => ({ ...rest, degraded: degrades && rest.failover !== null ? rest.failover - 50 : null }));

/** Legal runs: elements with their attempts and reads, keys, jobs, lists, two copies, perhaps a failover from db1 to db2. */
export const worlds = fc
  .record({
    course,
    lives: fc.array(life, { minLength: 25, maxLength: 40 }),
    keys: fc.array(keyLife, { minLength: 1, maxLength: 3 }),
    walks: fc.array(walk, { minLength: 1, maxLength: 4 }),
  })
  .map(({ course: of, lives, keys, walks }) => {
    // one ack at either end: no phase is empty, and the truth serves the last
    const elements = [edge(of, 'first', -40), ...lives.map((one, index) => liveElement(of, one, index)), edge(of, 'last', END)];
    const versioned = keys.map((one, index) => liveKey(of, one, index));
    const hidden = (of.jobs ?? []).map(({ begin, length }) => ({ begin, commit: begin + length, over: begin + length, replicated: true }));
    const open = [...elements.flatMap((each) => each.transactions), ...versioned.flatMap((each) => each.transactions), ...hidden];
    const pages = walks.flatMap((one, index) => liveWalk(of, one, elements, open, index));
    return worldOf(of, elements, versioned, pages);
  });

function worldOf(of: Course, elements: Element[], keys: Key[], pages: Line[]): World {
  const [truth, replica] = of.failover === null ? ['db1', 'db2'] : ['db2', 'db1'];
  const jobs = of.jobs === null ? {} : { completions: 1 };
  const ids = elements.filter((each) => each.present).map((each) => each.id);
  const rows = [...ids.map((id) => ({ id, ...jobs })), ...keys.flatMap((key) => (key.row === undefined ? [] : [key.row]))];
  const fault = of.failover;
  const sketch: Sketch = {
    run: runOf({
      floors: NO_FLOORS,
      truth,
      copies: { [truth]: 'primary', [replica]: 'replica' },
      topology: { replication: of.degraded === null ? 'strict' : 'sync' },
    }),
    history: [
      ...elements.flatMap((each) => each.history),
      ...keys.flatMap((key) => key.history),
      ...pages,
      ...(fault === null ? [] : [{ op: 'read', id: 'first', client: 9, start: fault, end: fault + 2, outcome: 'unknown' }]),
    ],
    observations: samplesOf(of),
    faults: fault === null ? [] : faultOf({ intent: fault - 5, applied: fault, verified: fault + 2, gone: fault + 40 }),
    final: { [truth]: rows, [replica]: rows },
  };
  return { sketch, course: of, truth, replica, elements, keys };
}

function edge(of: Course, id: string, start: number): Element {
  const written = { begin: start, commit: start + 4, over: start + 4, replicated: true };
  const history = [{ op: 'add', id, client: 1, start, end: start + 5, outcome: 'ok', ...standing(of, start + 4) }];
  return { id, history, transactions: [written], written, present: true, accepted: false };
}

/** Lines in another order. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  return list
    .map((item, index) => ({ item, key: ((index + 1) * (seed | 1)) % 10_007 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
