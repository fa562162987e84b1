import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everywhere, more, testPairs, type Pair } from './testing-pairs.ts';
import { add, get, judged, NO_FLOORS, page, put, read, runOf, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

const run = (bounds: Line, replication?: string): Line => runOf({ floors: NO_FLOORS, bounds, topology: { replication } });
/** looks at db1 as the primary, with or without a synchronous standby */
const looks = (...seen: [number, boolean][]): Line[] => seen.map(([at, sync]) => ({ at, copy: 'db1', up: true, writable: true, sync }));
const lostWhile = (replication: string, observations: Line[]): Sketch =>
  tiny({ run: run({ lostUnreplicated: 0 }, replication), history: more(add('e4', 100, 110, { copy: 'db1' })), observations });
const unpromised = (replication: string, observations: Line[]): Sketch => {
  const sketch = lostWhile(replication, observations);
  return { ...sketch, run: run({}, replication) };
};
const key = (row: Line): Sketch['final'] => everywhere({ id: 'k', version: 2, value: 'k 2', epoch: 1, ...row });
const puts = more(put('k', 1, 100, 110, { epoch: 1 }), put('k', 2, 120, 130, { epoch: 1 }));

const pairs: Pair[] = [
  {
    name: 'lost',
    what: 'an acknowledged add is absent',
    breaks: tiny({ final: { db1: ['e1', 'e3'], db2: ['e1', 'e3'] } }),
    nearly: tiny({ history: more(add('e4', 80, 90, { outcome: 'unknown' })) }),
    explains: ['read-then-lost'],
  },
  {
    name: 'lost-unreplicated',
    what: 'an add answered with 202 is absent',
    breaks: tiny({ run: run({ lostUnreplicated: 0 }), history: more(add('e4', 80, 90, { replicated: false })) }),
    nearly: tiny({ run: run({ lostUnreplicated: 1 }), history: more(add('e4', 80, 90, { replicated: false })) }),
  },
  {
    name: 'lost-unreplicated',
    what: 'an add acknowledged while degraded is absent, for all samples around it',
    breaks: lostWhile('sync', looks([50, true], [90, false], [105, false], [120, false])),
    nearly: unpromised('sync', looks([50, true], [90, false], [105, false], [120, false])),
  },
  {
    name: 'lost',
    what: 'one sample around the ack showed a synchronous standby',
    breaks: unpromised('sync', looks([90, false], [105, true], [120, false])),
    nearly: unpromised('sync', looks([99, false], [111, false])),
  },
  {
    name: 'lost',
    what: 'strict replication never degrades, asynchronous replication never promised',
    breaks: unpromised('strict', looks([90, false], [120, false])),
    nearly: unpromised('sync', looks([90, false], [120, false])),
  },
  {
    name: 'lost',
    what: 'the sample after the ack is missing',
    breaks: unpromised('sync', looks([90, false], [105, false])),
    nearly: unpromised('sync', looks([90, false], [105, false], [500, false])),
  },
  {
    name: 'lost-update',
    what: 'the truth has an older version',
    breaks: tiny({ history: puts, final: key({ version: 1, value: 'k 1' }) }),
    nearly: tiny({ history: [...puts, put('k', 3, 140, 150, { outcome: 'unknown' })], final: key({}) }),
  },
  {
    name: 'lost-update',
    what: 'the key is absent',
    breaks: tiny({ history: puts }),
    nearly: tiny({ history: more(put('k', 1, 100, 110, { outcome: 'unknown' })) }),
  },
  {
    name: 'lost-update',
    what: 'the row is of an older epoch',
    breaks: tiny({ history: [...puts, put('k', 3, 140, 150, { epoch: 2 })], final: key({ version: 3, value: 'k 3', epoch: 1 }) }),
    nearly: tiny({ history: [...puts, put('k', 3, 140, 150, { epoch: 2 })], final: key({ version: 3, value: 'k 3', epoch: 3 }) }),
  },
  {
    name: 'lost-update',
    what: 'the value is of no ok or unknown put',
    breaks: tiny({ history: [...puts, put('k', 3, 140, 150, { outcome: 'failed' })], final: key({ version: 3, value: 'k 3' }) }),
    nearly: tiny({ history: [...puts, put('k', 3, 140, 150, { outcome: 'unknown' })], final: key({ version: 3, value: 'k 3' }) }),
  },
  {
    name: 'lost-update',
    what: 'one version was acknowledged to two puts',
    breaks: tiny({ history: [...puts, put('k', 2, 140, 150, { value: 'other' })], final: key({ value: 'other' }) }),
    // a repeat of the same put
    nearly: tiny({ history: [...puts, put('k', 2, 140, 150, { attempt: 2 })], final: key({}) }),
  },
  {
    name: 'lost-unreplicated',
    what: 'a put answered with 202 is overwritten',
    breaks: tiny({ run: run({ lostUnreplicated: 0 }), history: [...puts, put('k', 3, 140, 150, { replicated: false })], final: key({}) }),
    nearly: tiny({
      run: run({ lostUnreplicated: 0 }),
      history: [...puts, put('k', 3, 140, 150, { replicated: false })],
      final: key({ version: 3, value: 'k 3' }),
    }),
  },
  {
    name: 'read-then-lost',
    what: 'a read saw an add that nobody had promised',
    breaks: tiny({ history: more(add('e4', 80, 90, { outcome: 'unknown' }), read('e4', 95, 99, { role: 'replica', copy: 'db2' })) }),
    nearly: tiny({ history: more(add('e4', 80, 90, { outcome: 'unknown' }), read('e4', 95, 99, { role: 'replica', found: false })) }),
  },
  {
    name: 'read-then-lost',
    what: 'a list showed it, a get showed the version',
    breaks: tiny({
      history: [
        ...puts,
        put('k', 3, 140, 150, { outcome: 'unknown' }),
        get('k', 3, 145, 149),
        add('e4', 80, 90, { outcome: 'unknown' }),
        page(['e1', 'e2', 'e3', 'e4'], 95, 99),
      ],
      final: key({}),
    }),
    nearly: tiny({
      history: [...puts, put('k', 3, 140, 150, { outcome: 'unknown' }), get('k', 2, 145, 149), page(['e1', 'e2', 'e3'], 95, 99)],
      final: key({}),
    }),
  },
  {
    name: 'unfinished',
    what: 'a change has no completion',
    breaks: tiny({ final: { db1: ['e1', 'e2', { id: 'e3', completions: 0 }], db2: ['e1', 'e2', { id: 'e3', completions: 0 }] } }),
    nearly: tiny({ final: { db1: ['e1', 'e2', { id: 'e3', completions: 1 }], db2: ['e1', 'e2', { id: 'e3', completions: 1 }] } }),
  },
  {
    name: 'extra-at-copy',
    what: 'a copy holds a row that the truth does not',
    breaks: tiny({
      history: more(add('e4', 80, 90, { outcome: 'unknown' })),
      final: { db1: ['e1', 'e2', 'e3'], db2: ['e1', 'e2', 'e3', 'e4'] },
    }),
    nearly: tiny({
      run: runOf({ floors: NO_FLOORS, copies: { db1: 'primary', db2: 'gone' } }),
      history: more(add('e4', 80, 90, { outcome: 'unknown' })),
      final: { db1: ['e1', 'e2', 'e3'] },
    }),
  },
  {
    name: 'missing-at-copy',
    what: 'a copy never caught up',
    breaks: tiny({ run: runOf({ floors: NO_FLOORS, catchUpMs: { db1: 1, db2: null } }) }),
    nearly: tiny({ run: runOf({ floors: NO_FLOORS, catchUpMs: { db1: 1, db2: 9000 } }) }),
  },
  {
    name: 'lost',
    what: 'and what it explains is told under it',
    breaks: tiny({ history: more(read('e2', 80, 85)), final: { db1: ['e1', 'e3'], db2: ['e1', 'e2', 'e3'] } }),
    nearly: tiny(),
    explains: ['extra-at-copy', 'read-then-lost'],
  },
];

describe('every class of broken promise in final states', { concurrency: 4 }, () => testPairs(pairs));

describe('what became of puts', () => {
  test('is folded over their attempts, and looked up in the truth', async () => {
    const more = [
      put('k', 3, 140, 150, { outcome: 'unknown' }),
      put('k', 3, 160, 170, { attempt: 2 }),
      put('k', 4, 180, 190, { outcome: 'failed' }),
      put('k', 4, 200, 210, { outcome: 'unknown', value: 'seen' }),
      put('j', 1, 200, 210, { outcome: 'unknown' }),
      put('i', 1, 200, 210, { outcome: 'unknown' }),
      put('i', 2, 220, 230, { replicated: false }),
    ];
    const rows = [
      { id: 'k', version: 4, value: 'seen', epoch: 1 },
      { id: 'i', version: 2, value: 'i 2' },
    ];
    const verdict = await judged(tiny({ history: [...puts, ...more], final: everywhere(...rows) }));
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    assert.deepEqual(verdict.writes.puts, {
      acknowledged: 3,
      accepted: 1,
      failed: 1,
      unknown: 3,
      recovered: 1,
      vanished: 1,
      overwritten: 1,
    });
  });
  test('and the put that a row contradicts is shown with the row', async () => {
    const verdict = await judged(tiny({ history: [...puts, put('k', 3, 140, 150, { replicated: false })], final: key({}) }));
    const [found] = verdict.findings;
    assert.deepEqual([found?.class, found?.breaks, found?.witnesses.length], ['lost-unreplicated', false, 1]);
    assert.match(found?.message ?? '', /^1 write answered as not replicated \(202\) and lost/u);
    const [row] = found?.witnesses ?? [];
    assert.deepEqual([row?.id, row?.version, row?.replicated, row?.truth], ['k', 3, false, 'of an older version']);
  });
});
