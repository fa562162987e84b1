import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { beyond } from './sequences.ts';

const small = { increment: 1n, least: 1n, most: 32_767n, cycles: false };

describe('a sequence', () => {
  test('skips the gap where there is room for twice as much', () => {
    assert.deepEqual(beyond(small, 10n, 1000n), { last: 1010n, skipped: 1000n, isAtEnd: false });
    assert.deepEqual(beyond({ ...small, increment: 5n }, 10n, 100n), { last: 510n, skipped: 100n, isAtEnd: false });
  });

  test('skips half of what is left near its end, and has numbers to give', () => {
    assert.deepEqual(beyond(small, 32_000n, 1000n), { last: 32_383n, skipped: 383n, isAtEnd: false });
    assert.deepEqual(beyond(small, 32_766n, 1000n), { last: 32_766n, skipped: 0n, isAtEnd: false });
  });

  test('stays at its end, where it has no number to give', () => {
    assert.deepEqual(beyond(small, 32_767n, 1000n), { last: 32_767n, skipped: 0n, isAtEnd: true });
    assert.equal(beyond({ ...small, cycles: true }, 32_767n, 1000n).isAtEnd, false);
  });

  test('that counts down goes down', () => {
    const down = { increment: -1n, least: -100n, most: -1n, cycles: false };
    assert.deepEqual(beyond(down, -10n, 20n), { last: -30n, skipped: 20n, isAtEnd: false });
    assert.deepEqual(beyond(down, -98n, 20n), { last: -99n, skipped: 1n, isAtEnd: false });
    assert.equal(beyond(down, -100n, 20n).isAtEnd, true);
  });

  test('is kept inside its range by numbers that it did not give', () => {
    assert.deepEqual(beyond(small, 99_999n, 1000n), { last: 32_767n, skipped: 0n, isAtEnd: true });
    assert.deepEqual(beyond(small, -5n, 10n), { last: 11n, skipped: 10n, isAtEnd: false });
  });
});
