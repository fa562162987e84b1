import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everywhere, more, testPairs, type Pair } from './testing-pairs.ts';
import { add, classesOf, explanationsOf, judged, read, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;
const acks = (...list: [id: string, start: number, change: Line][]): Line[] =>
  list.map(([id, start, change]) => add(id, start, start + 9, change));
const known = everywhere('x', 'y', 'z');
const term = (epoch: number, copy: string): Line => ({ epoch, copy });
const own = (system: string, copy: string, epoch: number): Line => ({ system, timeline: 1, epoch, copy });
const line = (timeline: number, copy: string): Line => ({ system: 's', timeline, copy });

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
    assert.match(both.findings[0]?.message ?? '', /copies db1 and db2 were writable at the same time in 1 sample/u);
  });
  test('are in doubt where a timeline goes back, and only some answers name their system', async () => {
    const history = more(...acks(['x', 110, line(2, 'db1')], ['y', 120, { timeline: 1, copy: 'db1' }]));
    const verdict = await judged(tiny({ history, final: everywhere('x', 'y') }));
    assert.deepEqual([verdict.verdict, classesOf(verdict).breaking], ['inconclusive', []]);
    assert.match(verdict.reasons[0] ?? '', /on timeline 1 after timeline 2 had been, but only some of them name their system/u);
  });
  const turns = (times: number, change: Line = {}): Sketch => {
    const ids = Array.from({ length: times }, (_, nth) => `t${nth}`);
    const writes = ids.map((id, nth) => add(id, 100 + 20 * nth, 110 + 20 * nth, { copy: nth % 2 === 0 ? 'db1' : 'db2', ...change }));
    return tiny({ history: more(...writes), final: everywhere(...ids) });
  };
  test('are in doubt where copies that name no term take turns faster than any switchover', async () => {
    const verdict = await judged(turns(5));
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.match(verdict.reasons[0] ?? '', /copies "db1" and "db2" acknowledged writes in turn, changing up to 4 times within a second/u);
    assert.deepEqual(classesOf(await judged(turns(5, { epoch: 3 }))).breaking, ['split-brain']);
  });
  test('are in no doubt where one switchover led there and one back', async () => {
    assert.equal((await judged(turns(3))).verdict, 'pass');
    // calls that were under way at the switchover are answered by either
    const across = ['db1', 'db2', 'db1', 'db2', 'db1', 'db2'].map((copy, nth) => add(`t${nth}`, 100, 110 + nth, { copy }));
    const ids = across.map(({ id }) => String(id));
    assert.equal(
      (await judged(tiny({ history: more(...across, add('e9', 120, 130, { copy: 'db1' })), final: everywhere(...ids, 'e9') }))).verdict,
      'pass',
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
