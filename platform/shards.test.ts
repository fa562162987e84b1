import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PRESENCE, rebalance, SHARDS, type HeldLock } from './shards.ts';

/** The locks of several workers as the first of them sees them. */
function seen(...held: number[][]): HeldLock[] {
  return held.flatMap((slots, worker) => [PRESENCE, ...slots].map((slot) => ({ slot, mine: worker === 0 })));
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

describe('the shards', () => {
  it('all go to a worker that is alone', () => {
    assert.deepEqual(rebalance(seen([])), { take: range(0, 16), drop: [] });
  });

  it('above the fair share are given up when a second worker comes', () => {
    assert.deepEqual(rebalance(seen(range(0, 16), [])), { take: [], drop: range(8, 16) });
  });

  it('that nobody holds are taken up to the fair share only', () => {
    assert.deepEqual(rebalance(seen(range(0, 2), range(2, 8))), { take: range(8, 14), drop: [] });
  });

  it('are left alone when all is fair', () => {
    assert.deepEqual(rebalance(seen(range(0, 8), range(8, 16))), { take: [], drop: [] });
  });

  it('are all owned within a few rounds, whatever the number of workers', () => {
    for (const count of [1, 2, 3, 5, 16, 20]) {
      const held: number[][] = Array.from({ length: count }, () => []);
      held[0] = range(0, SHARDS);
      for (let round = 0; round < 3; round += 1) {
        for (let worker = 0; worker < count; worker += 1) {
          const others = held.filter((_, n) => n !== worker);
          const { take, drop } = rebalance(seen(held[worker] ?? [], ...others));
          held[worker] = [...(held[worker] ?? []).filter((slot) => !drop.includes(slot)), ...take];
        }
      }
      assert.deepEqual(
        held.flat().toSorted((a, b) => a - b),
        range(0, SHARDS),
      );
      assert.ok(Math.max(...held.map((slots) => slots.length)) <= Math.ceil(SHARDS / count));
    }
  });
});
