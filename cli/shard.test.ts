import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shardFrom } from './shard.ts';

test('a part is one of several, counted from one', () => {
  assert.deepEqual(shardFrom('2/3'), { part: 2, of: 3 });
  assert.deepEqual(shardFrom('1/1'), { part: 1, of: 1 });
});

test('what is no part is refused with what was expected', () => {
  for (const bad of ['', '2', '0/3', '4/3', '1/0', '-1/3', '1/3/5', 'a/b', '1 / 3', '1.0/3', '1/1000'])
    assert.throws(() => shardFrom(bad), new RegExp(`expected i/n with 1 ≤ i ≤ n ≤ 999, not "${bad}"`), bad);
});
