import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everywhere, more, testPairs, type Pair } from './testing-pairs.ts';
import { add, classesOf, explanationsOf, judged, NO_FLOORS, put, runOf, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

const two = [put('k', 1, 100, 110), put('k', 2, 120, 130)];
const failed = { outcome: 'failed' };
const unknown = { outcome: 'unknown' };
const of = (history: Line[], row: Line): Sketch => tiny({ history: more(...history), final: everywhere({ id: 'k', ...row }) });

const lostUpdates: Omit<Pair, 'name'>[] = [
  {
    what: 'a version that nobody sent',
    breaks: of(two, { version: 9 }),
    nearly: of([...two, put('k', 9, 140, 150, unknown)], { version: 9 }),
  },
  {
    what: 'a version that nobody sent, with a value that was',
    breaks: of(two, { version: 3, value: 'k 2' }),
    nearly: of(two, { version: 2, value: 'k 2' }),
  },
  {
    what: 'a put that certainly failed, of which only the version is shown',
    breaks: of([...two, put('k', 3, 140, 150, failed)], { version: 3 }),
    nearly: of([...two, put('k', 3, 140, 150, failed), put('k', 3, 160, 170, unknown)], { version: 3 }),
  },
  {
    what: 'the value of another put at a version that was not answered',
    breaks: of([...two, put('k', 3, 140, 150, unknown)], { version: 3, value: 'k 1' }),
    nearly: of([...two, put('k', 3, 140, 150, unknown)], { version: 3, value: 'k 3' }),
  },
  {
    what: 'a version between two that were sent',
    breaks: of([two[0]!, put('k', 3, 140, 150, unknown)], { version: 2 }),
    nearly: of([two[0]!, put('k', 3, 140, 150, { ...unknown, version: null })], { version: 2 }),
  },
  {
    what: 'a put was acknowledged with a lower version than one that had been before it was begun',
    breaks: of([put('k', 2, 100, 110), put('k', 1, 120, 130)], { version: 2, value: 'k 2' }),
    nearly: of([put('k', 2, 100, 110), put('k', 1, 110, 130)], { version: 2, value: 'k 2' }),
  },
  {
    what: 'the same, long after, with others between',
    breaks: of([...two, put('k', 3, 140, 150), put('k', 4, 160, 170, unknown), put('k', 2, 180, 190, { value: 'again' })], {
      version: 4,
      value: 'k 4',
    }),
    // a repeat of what was sent before
    nearly: of([put('k', 1, 90, 130, unknown), put('k', 2, 120, 130), put('k', 1, 140, 150, { attempt: 2 })], { version: 2, value: 'k 2' }),
  },
];

const others: Pair[] = [
  {
    name: 'phantom',
    what: 'a key all of whose puts certainly failed',
    breaks: of([put('k', 1, 100, 110, failed), put('k', 2, 120, 130, failed)], { version: 2, value: 'k 2' }),
    nearly: of([put('k', 1, 100, 110, failed), put('k', 2, 120, 130, failed)], { version: 0 }),
  },
  {
    name: 'phantom',
    what: 'of puts that were not answered, and one that failed, the one that failed',
    breaks: of([put('k', 1, 100, 110, unknown), put('k', 2, 120, 130, failed)], { version: 2 }),
    nearly: of([put('k', 1, 100, 110, unknown), put('k', 2, 120, 130, failed)], { version: 1 }),
  },
  {
    name: 'unexpected',
    what: 'a version of a key of which no put was answered, and that nobody sent',
    breaks: of([put('k', 1, 100, 110, unknown)], { version: 2 }),
    nearly: of([put('k', 1, 100, 110, { ...unknown, version: null })], { version: 2 }),
  },
  {
    name: 'unexpected',
    what: 'a value of a key of which no put was answered, and that nobody sent',
    breaks: of([put('k', 1, 100, 110, unknown)], { version: 1, value: 'other' }),
    // an add of the same id may have set it
    nearly: of([add('k', 80, 90), put('k', 1, 100, 110, unknown)], { version: 1, value: 'first' }),
  },
];

describe('a row of a key', { concurrency: 4 }, () => {
  testPairs([...lostUpdates.map((pair) => ({ ...pair, name: 'lost-update' })), ...others]);

  test('that no write left breaks a promise though losses are allowed', async () => {
    const allowed = { run: runOf({ floors: NO_FLOORS, bounds: { lost: 9 } }) };
    for (const [history, row, name] of [
      [two, { version: 9 }, 'unexpected'],
      [[...two, put('k', 3, 140, 150, failed)], { version: 3 }, 'phantom'],
    ] as const) {
      const verdict = await judged({ ...of([...history], row), ...allowed });
      assert.deepEqual(classesOf(verdict), { breaking: [name], other: ['lost-update'] });
      assert.deepEqual(explanationsOf(verdict), [`${name} by lost-update`]);
    }
  });
  test('that says nothing, of a key all of whose puts certainly failed, leaves the record undecided', async () => {
    const verdict = await judged(of([put('k', 1, 100, 110, failed)], {}));
    assert.deepEqual([verdict.verdict, classesOf(verdict).breaking], ['inconclusive', []]);
    assert.match(verdict.reasons[0] ?? '', /1 keys all of whose puts certainly failed have a row/u);
  });
  test('may be of a put that a cut history lacks, unless it is below what was sent', async () => {
    for (const [row, breaking] of [
      [{ version: 3, value: 'k 3' }, []],
      [{ version: 2, value: 'other' }, ['lost-update']],
    ] as const) {
      const verdict = await judged({ ...of(two, row), end: null });
      assert.deepEqual(classesOf(verdict).breaking, breaking);
      assert.notEqual(verdict.verdict, 'pass');
    }
  });
  test('that fell back is told with both puts', async () => {
    const { findings } = await judged(of([put('k', 2, 100, 110), put('k', 1, 120, 130)], { version: 2 }));
    assert.deepEqual(
      findings[0]?.witnesses.map(({ start }) => start),
      [100, 120],
    );
    assert.match(findings[0].message, /acknowledged with a lower version than one before it/u);
  });
});
