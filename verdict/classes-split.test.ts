import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everywhere, more, testPairs, type Pair } from './testing-pairs.ts';
import { add, classesOf, explanationsOf, judged, read, tiny } from './testing.ts';

type Line = Record<string, unknown>;
const acks = (...list: [id: string, start: number, change: Line][]): Line[] =>
  list.map(([id, start, change]) => add(id, start, start + 9, change));
const known = everywhere('x', 'y', 'z');
const term = (epoch: number, copy: string): Line => ({ epoch, copy });
const own = (system: string, copy: string, epoch: number): Line => ({ system, timeline: 1, epoch, copy });
const line = (timeline: number, copy: string): Line => ({ system: 's', timeline, copy });
const unreplicated = { replicated: false, status: 202 };
/** An ack of a system whose copy nobody names. */
const nameless =
  (epoch: (nth: number) => number) =>
  (system: string, nth: number): [string, number, Line] => ['xyz'[nth] ?? '', 100 + 10 * nth, { system, timeline: 1, epoch: epoch(nth) }];

const pairs: Pair[] = [
  {
    name: 'split-brain',
    what: 'an ack on the older epoch began after one on the newer had ended',
    breaks: tiny({
      history: more(
        ...acks(['x', 100, term(1, 'db2')], ['y', 110, term(2, 'db1')], ['z', 120, term(1, 'db2')], ['e5', 130, term(2, 'db1')]),
      ),
      final: everywhere('x', 'y', 'z', 'e5'),
    }),
    nearly: tiny({
      history: more(
        ...acks(['x', 100, term(1, 'db2')], ['y', 110, term(2, 'db1')], ['z', 119, term(1, 'db2')], ['e5', 130, term(2, 'db1')]),
      ),
      final: everywhere('x', 'y', 'z', 'e5'),
    }),
  },
  {
    name: 'split-brain',
    what: 'the same with timelines of one system',
    breaks: tiny({
      history: more(
        ...acks(['x', 100, line(1, 'db2')], ['y', 110, line(2, 'db1')], ['z', 120, line(1, 'db2')], ['e5', 130, line(2, 'db1')]),
      ),
      final: everywhere('x', 'y', 'z', 'e5'),
    }),
    // timelines of two systems say nothing
    nearly: tiny({
      history: more(...acks(['x', 100, line(1, 'db1')], ['y', 110, { ...line(2, 'db1'), system: 't' }], ['z', 120, line(1, 'db1')])),
      final: known,
    }),
  },
  {
    name: 'split-brain',
    what: 'timelines that go back, where no system is named',
    breaks: tiny({
      history: more(...acks(['x', 100, { timeline: 1 }], ['y', 110, { timeline: 2 }], ['z', 120, { timeline: 1 }])),
      final: known,
    }),
    nearly: tiny({
      history: more(...acks(['x', 100, { timeline: 1 }], ['y', 110, { timeline: 2 }], ['z', 119, { timeline: 1 }])),
      final: known,
    }),
  },
  {
    name: 'split-brain',
    what: 'timelines that go back within one epoch, of which some name no system',
    breaks: tiny({
      history: more(...acks(['x', 110, { epoch: 1, ...line(2, 'db1') }], ['y', 120, { epoch: 1, timeline: 1, copy: 'db1' }])),
      final: everywhere('x', 'y'),
    }),
    nearly: tiny({
      history: more(...acks(['x', 110, { epoch: 1, ...line(2, 'db1') }], ['y', 120, { epoch: 2, timeline: 1, copy: 'db1' }])),
      final: everywhere('x', 'y'),
    }),
  },
  {
    name: 'split-brain',
    what: 'timelines of one system that go back, of which some name no epoch',
    breaks: tiny({
      history: more(...acks(['x', 110, { ...line(2, 'db1'), epoch: 2 }], ['y', 120, line(1, 'db1')])),
      final: everywhere('x', 'y'),
    }),
    nearly: tiny({
      history: more(...acks(['x', 110, { ...line(2, 'db1'), epoch: 2 }], ['y', 120, line(2, 'db1')])),
      final: everywhere('x', 'y'),
    }),
  },
  {
    name: 'split-brain',
    what: 'without epochs, acks on X, Y and X on one timeline, but not where no answer names any term',
    breaks: tiny({
      history: more(...acks(['x', 100, line(1, 'db1')], ['y', 110, line(1, 'db2')], ['z', 120, line(1, 'db1')])),
      final: known,
    }),
    nearly: tiny({
      history: more(...acks(['x', 100, { copy: 'db1' }], ['y', 110, { copy: 'db2' }], ['z', 120, { copy: 'db1' }])),
      final: known,
    }),
  },
  {
    name: 'split-brain',
    what: 'acks on X, Y and X of two systems, but not where their epoch is not known',
    breaks: tiny({
      history: more(
        ...acks(['x', 100, own('a', 'db1', 1)], ['y', 110, { ...own('b', 'db2', 1), timeline: 3 }], ['z', 120, own('a', 'db1', 1)]),
      ),
      final: known,
    }),
    nearly: tiny({
      history: more(
        ...acks(
          ['x', 100, { ...own('a', 'db1', 1), epoch: null }],
          ['y', 110, { ...own('b', 'db2', 1), epoch: null }],
          ['z', 120, { ...own('a', 'db1', 1), epoch: null }],
        ),
      ),
      final: known,
    }),
  },
  {
    name: 'split-brain',
    what: 'acks on X, Y and X of one system, but not where their timeline is not known',
    breaks: tiny({
      history: more(...acks(['x', 100, line(2, 'db1')], ['y', 110, line(2, 'db2')], ['z', 120, line(2, 'db1')])),
      final: known,
    }),
    nearly: tiny({
      history: more(
        ...acks(
          ['x', 100, { system: 's', copy: 'db1' }],
          ['y', 110, { system: 's', copy: 'db2' }],
          ['z', 120, { system: 's', copy: 'db1' }],
        ),
      ),
      final: known,
    }),
  },
  {
    name: 'split-brain',
    what: 'acks on X, Y and X within one epoch, but not where each takeover has one of its own',
    breaks: tiny({
      history: more(...acks(['x', 100, term(1, 'db1')], ['y', 110, term(1, 'db2')], ['z', 120, term(1, 'db1')])),
      final: known,
    }),
    nearly: tiny({
      history: more(...acks(['x', 100, term(1, 'db1')], ['y', 110, term(2, 'db2')], ['z', 120, term(3, 'db1')])),
      final: known,
    }),
  },
  {
    name: 'split-brain',
    what: 'the same with two systems, of which each has a timeline of its own',
    breaks: tiny({
      history: more(...acks(['x', 100, own('a', 'db1', 1)], ['y', 110, own('b', 'db2', 1)], ['z', 120, own('a', 'db1', 1)])),
      final: known,
    }),
    nearly: tiny({
      history: more(...acks(['x', 100, own('a', 'db1', 1)], ['y', 110, own('b', 'db2', 2)], ['z', 120, own('a', 'db1', 3)])),
      final: known,
    }),
  },
  {
    name: 'split-brain',
    what: 'a timeline of one system that goes back under a newer epoch, but not one of another system',
    breaks: tiny({
      history: more(...acks(['x', 100, { ...line(2, 'db2'), epoch: 1 }], ['y', 110, { ...line(1, 'db1'), epoch: 2 }])),
      final: everywhere('x', 'y'),
    }),
    nearly: tiny({
      history: more(...acks(['x', 100, { ...line(2, 'db2'), epoch: 1 }], ['y', 110, { ...line(1, 'db1'), system: 't', epoch: 2 }])),
      final: everywhere('x', 'y'),
    }),
  },
  {
    name: 'split-brain',
    what: 'a 202 of a copy that had been deposed, but not of one that began before',
    breaks: tiny({
      history: more(...acks(['x', 100, term(2, 'db1')], ['y', 110, { ...term(1, 'db2'), ...unreplicated }])),
      final: everywhere('x', 'y'),
    }),
    nearly: tiny({
      history: more(...acks(['x', 100, term(2, 'db1')], ['y', 109, { ...term(1, 'db2'), ...unreplicated }])),
      final: everywhere('x', 'y'),
    }),
  },
  {
    name: 'split-brain',
    what: 'a write after a 202 of a copy that had taken over, but not after one of the same copy',
    breaks: tiny({
      history: more(...acks(['x', 100, { ...line(2, 'db2'), ...unreplicated }], ['y', 110, line(1, 'db1')])),
      final: everywhere('x', 'y'),
    }),
    nearly: tiny({
      history: more(...acks(['x', 100, { ...line(1, 'db1'), ...unreplicated }], ['y', 110, line(1, 'db1')])),
      final: everywhere('x', 'y'),
    }),
  },
  {
    name: 'split-brain',
    what: 'systems in turn within one epoch where no answer names its copy, but not where each takeover has an epoch',
    breaks: tiny({
      history: more(...acks(...(['a', 'b', 'a'] as const).map(nameless(() => 1)))),
      final: known,
    }),
    nearly: tiny({
      history: more(...acks(...(['a', 'b', 'a'] as const).map(nameless((nth) => nth + 1)))),
      final: known,
    }),
  },
  {
    name: 'split-brain',
    what: 'acks on X, Y and X of one timeline and system, but not of two servers that name a timeline alone',
    breaks: tiny({
      history: more(...acks(['x', 100, line(1, 'db1')], ['y', 110, line(1, 'db2')], ['z', 120, line(1, 'db1')])),
      final: known,
    }),
    nearly: tiny({
      history: more(
        ...acks(
          ['x', 100, { timeline: 1, copy: 'db1' }],
          ['y', 110, { timeline: 1, copy: 'db2' }],
          ['z', 120, { timeline: 1, copy: 'db1' }],
        ),
      ),
      final: known,
    }),
  },
  {
    name: 'split-brain',
    what: 'and what it brings along is told under it',
    breaks: tiny({
      history: more(
        ...acks(['x', 100, term(1, 'db1')], ['y', 110, term(1, 'db2')], ['z', 120, term(1, 'db1')]),
        read('y', 121, 125, { copy: 'db2', role: 'replica' }),
        read('z', 131, 135, { copy: 'db2', found: false }),
      ),
      final: { db1: ['e1', 'e2', 'e3', 'x', 'z'], db2: ['e1', 'e2', 'e3', 'x', 'y', 'z'] },
    }),
    nearly: tiny(),
    explains: ['extra-at-copy', 'lost', 'read-then-lost', 'stale'],
  },
];

describe('two writers at once', { concurrency: 4 }, () => {
  testPairs(pairs);

  const looks = (...seen: [number, string, boolean][]): Line[] => seen.map(([at, copy, writable]) => ({ at, copy, up: true, writable }));
  test('without acks of both are reported and break nothing', async () => {
    const both = await judged(tiny({ observations: looks([0, 'db1', true], [50, 'db2', true], [100, 'db1', true], [900, 'db2', false]) }));
    assert.deepEqual(classesOf(both), { breaking: [], other: ['two-writable'] });
    assert.equal(both.verdict, 'pass');
    assert.match(
      both.findings[0]?.message ?? '',
      /copies db1 and db2 were writable at the same time in 1 span of looks, the longest of at least 0 ms/u,
    );
  });
  test('are told by spans of looks, however many looks one has', async () => {
    const seen: [number, string, boolean][] = [];
    for (let at = 0; at <= 6_000_000; at += 100_000) {
      const both = at < 500_000 || (at >= 3_000_000 && at < 4_000_000);
      seen.push([at, 'db1', true], [at + 50_000, 'db2', both]);
    }
    const { findings } = await judged(tiny({ observations: looks(...seen) }));
    const [found] = findings.filter(({ class: name }) => name === 'two-writable');
    assert.equal(found?.count, 2);
    assert.equal(found.message, 'copies db1 and db2 were writable at the same time in 2 spans of looks, the longest of at least 900 ms');
    assert.deepEqual(
      found.witnesses.map(({ start, end, looks: many }) => [start, end, many]),
      [
        [50_000, 450_000, 9],
        [3_050_000, 3_950_000, 19],
      ],
    );
  });
  test('are not seen in a takeover', async () => {
    const handed = await judged(
      tiny({ observations: looks([0, 'db2', true], [10, 'db2', true], [50, 'db1', true], [100, 'db2', false], [110, 'db1', true]) }),
    );
    assert.deepEqual(classesOf(handed), { breaking: [], other: [] });
  });
  test('leave nothing unexplained', async () => {
    const verdict = await judged(pairs.at(-1)!.breaks);
    assert.deepEqual(explanationsOf(verdict), [
      'extra-at-copy by split-brain',
      'lost by split-brain',
      'read-then-lost by split-brain',
      'stale by split-brain',
    ]);
    assert.equal(verdict.reasons.filter((reason) => !reason.startsWith('note: ')).length, 1);
    assert.match(verdict.reasons[0] ?? '', /^split-brain: .*; this explains 1 lost, 1 read-then-lost, 1 extra-at-copy, 1 stale$/u);
  });
});
