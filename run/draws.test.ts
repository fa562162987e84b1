import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Draws, HIGHEST_SEED } from './draws.ts';

const SEEDS = Array.from({ length: 2000 }, (_, at) => Math.floor((at / 2000) * HIGHEST_SEED));

describe('what a run draws', () => {
  test('is the same for the same seed, in whatever order it is asked for', () => {
    for (const seed of [0, 7, HIGHEST_SEED]) {
      const [one, other] = [new Draws(seed), new Draws(seed)];
      const first = [one.delayMs(4000), one.sites(['a', 'b', 'c'])];
      const sites = other.sites(['a', 'b', 'c']);
      assert.deepEqual([other.delayMs(4000), sites], first);
      assert.deepEqual(other.sites(['a', 'b', 'c']), sites);
    }
  });

  test('is kept for the record, and nothing that was not asked for', () => {
    const draws = new Draws(5);
    assert.deepEqual(draws.drawn, {});
    const delayMs = draws.delayMs(4000);
    assert.deepEqual(draws.drawn, { delayMs });
    const sites = draws.sites(['a', 'b']);
    assert.deepEqual(draws.drawn, { delayMs, sites });
  });

  test('falls on each order of the sites as often as on the others', () => {
    const counts: Record<string, number> = {};
    for (const seed of SEEDS) {
      const order = new Draws(seed).sites(['a', 'b', 'c']).join('');
      counts[order] = (counts[order] ?? 0) + 1;
    }
    assert.deepEqual(Object.keys(counts).sort(), ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    // six times 333; four standard deviations are 67
    for (const count of Object.values(counts)) assert.ok(Math.abs(count - 333) < 67, JSON.stringify(counts));
  });

  test('spreads delays over the whole stretch, whichever site comes first', () => {
    for (const site of ['a', 'b']) {
      const delays = SEEDS.map((seed) => new Draws(seed))
        .filter((draws) => draws.sites(['a', 'b'])[0] === site)
        .map((draws) => draws.delayMs(4000));
      assert.ok(delays.length > 900);
      assert.ok(delays.every((delay) => delay >= 0 && delay <= 4000));
      const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
      // a standard deviation of a uniform stretch of 4 s is 1155 ms: of 900 draws, 38 ms
      assert.ok(Math.abs(mean - 2000) < 154, String(mean));
      assert.ok(Math.min(...delays) < 100 && Math.max(...delays) > 3900);
    }
  });
});
