import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { HIGHEST_SEED } from '../run/draws.ts';
import { seedUpTo } from './options.ts';

test('a seed is a whole number that a run can be drawn from', () => {
  const seed = seedUpTo(HIGHEST_SEED);
  assert.deepEqual(['0', '123', '4294967295'].map(seed), [0, 123, 4_294_967_295]);
  for (const wrong of ['4294967296', '-1', '1.5', '1e3', '', 'a']) assert.throws(() => seed(wrong), InvalidArgumentError, wrong);
});
