import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { add, classesOf, judged, NO_FLOORS, read, runOf, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** The tiny record, an add "gone" that was never answered and is in no final state, and reads that show it. */
function shown(reads: readonly Line[], bounds: Line = {}, change: Line = {}): Sketch {
  const plain = tiny({ run: runOf({ floors: NO_FLOORS, bounds }) });
  return {
    ...plain,
    history: [
      ...plain.history,
      add('gone', 100, 200, { outcome: 'unknown', ...change }),
      ...reads.map((asked, nth) => read('gone', 300 + nth * 10, 305 + nth * 10, asked)),
    ],
  };
}
const replica = { role: 'replica', copy: 'db2' };
const primary = { role: 'primary', copy: 'db1' };

describe('a write that nobody had acknowledged, shown and then gone', { concurrency: 4 }, () => {
  test('breaks, unless a bound allows a replica to show it', async () => {
    for (const [bounds, verdict, breaking] of [
      [{}, 'fail', ['read-then-lost']],
      [{ shownUnconfirmed: 0 }, 'fail', ['read-then-lost']],
      [{ shownUnconfirmed: 1 }, 'pass', []],
    ] as const) {
      const judgement = await judged(shown([replica, replica], bounds));
      assert.deepEqual([judgement.verdict, classesOf(judgement).breaking], [verdict, breaking], JSON.stringify(bounds));
    }
  });

  test('is said aloud where it is allowed', async () => {
    const { reasons } = await judged(shown([replica], { shownUnconfirmed: 3 }));
    assert.match(reasons.join('\n'), /note: this record promises less than usual: shownUnconfirmed 3 \(usually 0\)/u);
    assert.match(
      reasons.join('\n'),
      /note: excused, not broken: 1 write that nobody had acknowledged, shown by a replica and absent from the truth "db1" \(bound 3\)/u,
    );
  });

  test('is allowed to no primary, whatever a replica showed', async () => {
    for (const reads of [[primary], [replica, primary], [{ copy: 'db2' }]]) {
      const judgement = await judged(shown(reads, { shownUnconfirmed: 9 }));
      assert.deepEqual(classesOf(judgement).breaking, ['read-then-lost'], JSON.stringify(reads));
    }
  });

  test('is no excuse for what was acknowledged', async () => {
    const judgement = await judged(shown([replica], { shownUnconfirmed: 9 }, { outcome: 'ok' }));
    assert.deepEqual(classesOf(judgement).breaking, ['lost']);
  });

  test('cannot be judged where no replica was asked for such a write', async () => {
    const plain = tiny({ run: runOf({ floors: NO_FLOORS, bounds: { shownUnconfirmed: 1 } }) });
    const judgement = await judged(plain);
    assert.equal(judgement.verdict, 'inconclusive');
    assert.match(
      judgement.reasons.join(),
      /bound shownUnconfirmed cannot be judged: no replica was asked for a write that nobody had acknowledged/u,
    );
  });
});
