import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everywhere, more, testPairs, type Pair } from './testing-pairs.ts';
import { add, classesOf, faultOf, judged, NO_FLOORS, read, runOf, steady, tiny, type Sketch } from './testing.ts';

const base = tiny();
const passive = { floors: NO_FLOORS, topology: { routing: 'active-passive', sites: ['a', 'b'] } };
/** the usual calls, served by site a, and one served by site b */
const strayed = [...base.history.map((line) => ({ ...line, site: 'a' })), read('e1', 300, 400, { site: 'b' })];
const backends = (...samples: [number, string, string][]): Record<string, unknown>[] =>
  samples.map(([at, backend, status]) => ({ at, backend, status }));

const pairs: Pair[] = [
  {
    name: 'unexpected',
    what: 'an id that nobody named',
    breaks: tiny({ final: everywhere('e9') }),
    nearly: tiny({ history: more(add('e9', 80, 90, { outcome: 'unknown' })), final: everywhere('e9') }),
  },
  {
    name: 'duplicated',
    what: 'a row twice at one copy',
    breaks: tiny({ final: { db1: ['e1', 'e2', 'e3'], db2: ['e1', 'e2', 'e2', 'e3'] } }),
    nearly: tiny({ final: { db1: ['e1', 'e2', { id: 'e3', count: 1, completions: 1 }], db2: ['e1', 'e2', { id: 'e3', completions: 1 }] } }),
  },
  {
    name: 'duplicated',
    what: 'a job completed twice',
    breaks: tiny({ final: { db1: ['e1', 'e2', { id: 'e3', completions: 2 }], db2: ['e1', 'e2', { id: 'e3', completions: 2 }] } }),
    nearly: tiny({ final: { db1: ['e1', 'e2', 'e3'], db2: [{ id: 'e1', count: 1 }, 'e2', 'e3'] } }),
  },
  {
    name: 'phantom',
    what: 'a failed add is present',
    breaks: tiny({ history: more(add('e4', 80, 90, { outcome: 'failed' })), final: everywhere('e4') }),
    nearly: tiny({
      history: more(add('e4', 80, 90, { outcome: 'failed' }), add('e4', 100, 110, { outcome: 'unknown', attempt: 2 })),
      final: everywhere('e4'),
    }),
  },
  {
    name: 'stale',
    what: 'a read of the primary missed an acknowledged element',
    breaks: tiny({ history: more(read('e1', 11, 19, { found: false, role: 'primary' })) }),
    nearly: tiny({ history: more(read('e1', 10, 19, { found: false, role: 'primary' })) }),
  },
  {
    // seen by a read of the primary before its ack came, and missed by a later one
    name: 'stale',
    what: 'a read of the primary missed what another had seen',
    breaks: tiny({
      history: more(
        add('e4', 100, 200),
        read('e4', 110, 120, { role: 'primary' }),
        read('e4', 121, 130, { found: false, role: 'primary' }),
      ),
      final: everywhere('e4'),
    }),
    nearly: tiny({
      history: more(
        add('e4', 100, 200),
        read('e4', 110, 120, { role: 'replica' }),
        read('e4', 121, 130, { found: false, role: 'primary' }),
      ),
      final: everywhere('e4'),
    }),
    explains: ['non-monotonic'],
  },
  {
    name: 'stale',
    what: 'more stale reads of a replica than allowed',
    breaks: tiny({
      run: runOf({ floors: NO_FLOORS, bounds: { staleReplica: 1 } }),
      history: more(...[11, 12].map((start) => read('e1', start, 19, { found: false, role: 'replica' }))),
    }),
    nearly: tiny({
      run: runOf({ floors: NO_FLOORS, bounds: { staleReplica: 1 } }),
      history: more(read('e1', 11, 19, { found: false, role: 'replica' })),
    }),
  },
  {
    name: 'missing-at-copy',
    what: 'an element is absent at a copy',
    breaks: tiny({ final: { db1: ['e1', 'e2', 'e3'], db2: ['e1', 'e3'] } }),
    nearly: tiny({
      run: runOf({ floors: NO_FLOORS, copies: { db1: 'primary', db2: 'gone' } }),
      final: { db1: ['e1', 'e2', 'e3'] },
    }),
  },
  {
    name: 'missing-at-copy',
    what: 'a copy holds another value',
    breaks: tiny({
      final: { db1: ['e1', 'e2', { id: 'e3', value: 'new', version: 2 }], db2: ['e1', 'e2', { id: 'e3', value: 'old', version: 2 }] },
    }),
    nearly: tiny({
      final: {
        db1: ['e1', 'e2', { id: 'e3', value: 'new', xid: '7', timeline: 1 }],
        db2: ['e1', 'e2', { id: 'e3', value: 'new', xid: '9', timeline: 2 }],
      },
    }),
  },
  {
    name: 'misrouted',
    what: 'another site served while the first was UP',
    breaks: tiny({ run: runOf(passive), history: strayed, observations: backends([100, 'a', 'UP'], [200, 'a', 'UP'], [500, 'a', 'UP']) }),
    // the sample after the call shows what the one before could not yet
    nearly: tiny({ run: runOf(passive), history: strayed, observations: backends([100, 'a', 'UP'], [200, 'a', 'UP'], [500, 'a', 'DOWN']) }),
  },
  {
    name: 'misrouted',
    what: 'one server is enough to be UP',
    breaks: tiny({
      run: runOf(passive),
      history: strayed,
      observations: backends(
        [100, 'a/1', 'UP'],
        [100, 'a/2', 'DOWN'],
        [200, 'a/1', 'UP'],
        [200, 'a/2', 'DOWN'],
        [500, 'a/1', 'DOWN'],
        [500, 'a/2', 'UP'],
      ),
    }),
    nearly: tiny({
      run: runOf(passive),
      history: strayed,
      observations: backends([100, 'a', 'UP'], [200, 'a', 'UP'], [350, 'a', 'DOWN'], [500, 'a', 'UP']),
    }),
  },
  {
    // the first look that shows the site UP may have begun before it was, unless it says how long it took
    name: 'misrouted',
    what: 'from the first look that had ended',
    breaks: tiny({
      run: runOf(passive),
      history: strayed,
      observations: [{ at: 200, backend: 'a', status: 'UP', took: 50 }, ...backends([500, 'a', 'UP'])],
    }),
    nearly: tiny({
      run: runOf(passive),
      history: strayed,
      observations: backends([100, 'a', 'DOWN'], [200, 'a', 'UP'], [500, 'a', 'UP'], [600, 'a', 'UP']),
    }),
  },
  {
    name: 'misrouted',
    what: 'a site without any answer',
    breaks: steadyWith((line) => ({ ...line, site: 'a' })),
    nearly: steadyWith((line, index) => ({ ...line, site: index % 10 === 0 ? 'b' : 'a' })),
  },
  {
    name: 'misrouted',
    what: 'a share outside its bounds',
    breaks: steadyWith((line, index) => ({ ...line, site: index % 10 === 0 ? 'b' : 'a' }), { share: [0.4, 0.6] }),
    nearly: steadyWith((line, index) => ({ ...line, site: index % 20 < 9 ? 'b' : 'a' }), { share: [0.4, 0.6] }),
  },
  {
    name: 'misrouted',
    what: 'a share below what a site must have in every phase',
    breaks: steadyWith((line, index) => ({ ...line, site: index % 10 === 0 ? 'b' : 'a' }), { leastShare: 0.4 }),
    nearly: steadyWith((line, index) => ({ ...line, site: index % 20 < 9 ? 'b' : 'a' }), { leastShare: 0.4 }),
  },
];

function steadyWith(change: (line: Record<string, unknown>, index: number) => Record<string, unknown>, bounds = {}): Sketch {
  const sketch = steady();
  return { ...sketch, run: { ...sketch.run, bounds }, history: sketch.history.map(change) };
}

describe('every class of broken promise', { concurrency: 4 }, () => testPairs(pairs));

describe('an end that nobody watched', { concurrency: 4 }, () => {
  const exit = { at: 500, exit: 'haproxy', host: 'glb' };
  const looks = ['A', 'B'].map((startedAt, index) => ({ at: index * 100, copy: 'db2', up: true, startedAt }));
  const fault = faultOf({ intent: 50, applied: 60, verified: 70, gone: 120 });
  const phased = runOf({
    floors: NO_FLOORS,
    phases: [
      { name: 'before', start: 0, end: 50 },
      { name: 'during', start: 50, end: 120 },
      { name: 'after', start: 120, end: 200 },
    ],
  });
  const calls = [add('e4', 130, 140), add('e5', 100, 101), ...base.history];

  test('a daemon that ended outside any fault leaves the record undecided', async () => {
    const verdict = await judged(tiny({ observations: [{ ...exit, fault: null }] }));
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['unwatched-exit'] });
    assert.equal(verdict.verdict, 'inconclusive');
  });
  test('a fault that the journal does not know explains nothing', async () => {
    const verdict = await judged(tiny({ observations: [{ ...exit, fault: 'powerOff' }] }));
    assert.deepEqual(classesOf(verdict).other, ['unwatched-exit']);
  });
  test('a daemon that ended by a journalled fault is expected', async () => {
    const verdict = await judged(
      tiny({
        run: phased,
        history: calls,
        final: everywhere('e4', 'e5'),
        faults: fault,
        observations: [{ ...exit, at: 65, fault: 'powerOff' }],
      }),
    );
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
  });
  test('a copy that was started anew before any fault is an exit as well', async () => {
    const verdict = await judged(tiny({ observations: looks }));
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['unwatched-exit'] });
  });
  test('a copy that was started anew after a fault had begun is expected', async () => {
    const verdict = await judged(tiny({ run: phased, history: calls, final: everywhere('e4', 'e5'), faults: fault, observations: looks }));
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
  });
});
