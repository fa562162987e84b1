import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDuration, seconds } from './durations.ts';
import { UsageError } from './errors.ts';

test('a length has a number and a unit', () => {
  const lengths = { '500ms': 500, '20s': 20_000, '1.5s': 1500, '2m': 120_000, '1h': 3_600_000, ' 3s ': 3000 };
  for (const [text, ms] of Object.entries(lengths)) assert.equal(parseDuration(text), ms, text);
});

test('anything else is refused, with what was expected and what came', () => {
  for (const text of ['20', '', 's', '-1s', '+1s', '1 s', '1e3ms', '1d', '1s2', '1s 2s', '.5s', 'Infinitys', '0x1s']) {
    assert.throws(
      () => parseDuration(text, { what: 'for' }),
      (error) => {
        assert.ok(error instanceof UsageError, text);
        assert.ok(error.message.startsWith(`for "${text}": expected a positive number with a unit`), error.message);
        return true;
      },
    );
  }
});

test('nothing is no length', () => {
  for (const text of ['0s', '0ms', '0.0m']) assert.throws(() => parseDuration(text), /expected more than nothing/u, text);
});

test('a cap is a length that is just allowed', () => {
  assert.equal(parseDuration('10m', { maxMs: 600_000 }), 600_000);
  assert.throws(() => parseDuration('600001ms', { maxMs: 600_000 }), /"600001ms" is above the cap of 600 s/u);
});

test('every whole number of milliseconds is read back', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (ms) => parseDuration(`${ms}ms`) === ms));
});

test('people read seconds with one decimal', () => {
  assert.deepEqual([0, 49, 50, 1234, 600_000].map(seconds), ['0.0 s', '0.0 s', '0.1 s', '1.2 s', '600.0 s']);
});
