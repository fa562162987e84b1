import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dueTimes, groupBy, recorded } from './recorded.fixture.ts';
import { assertRandom, ourK6 } from './trial.fixture.ts';

const { skip } = ourK6();

test('an add of unknown outcome is sent again with its id, and is no call of its own', { skip, timeout: 60_000 }, async () => {
  const load = { writesPerSecond: 50, readsPerSecond: 0, retries: { most: 2, pauseMs: 20 } };
  const { operations, dropped, platform } = await recorded('forgets-every-third-answer', load);
  assert.equal(platform.requests.length, operations.length);
  const endOfLoad = Math.min(...dueTimes(operations)) + 3e6;
  const calls = groupBy(operations, (o) => o.id);
  for (const attempts of calls) {
    assert.deepEqual(
      attempts.map((o) => o.attempt ?? 1),
      attempts.map((_, i) => i + 1),
    );
    assert.equal(new Set(attempts.map((o) => `${o.client} ${o.due}`)).size, 1);
    assert.ok(attempts.every((o, i) => i === 0 || o.start - (attempts[i - 1]?.end ?? Infinity) >= 20_000));
    assert.ok(attempts.slice(0, -1).every((o) => o.outcome === 'unknown'));
    const last = attempts.at(-1);
    assert.ok(last?.outcome === 'ok' || attempts.length === 3 || (last?.end ?? 0) > endOfLoad - 500_000);
  }
  assert.ok(calls.some((attempts) => attempts.length > 1));
  assertRandom(dueTimes([...operations.filter((o) => o.attempt === undefined), ...dropped]), 50, 3);
});

test('no attempt begins after the load has ended', { skip, timeout: 60_000 }, async () => {
  const { operations } = await recorded('silent', { writesPerSecond: 10, readsPerSecond: 0, retries: { most: 10, pauseMs: 100 } });
  const endOfLoad = Math.min(...dueTimes(operations)) + 3e6;
  const repeats = operations.filter((o) => o.attempt !== undefined);
  assert.ok(repeats.length > 0 && repeats.every((o) => o.attempt === 2 && o.start < endOfLoad));
});

test('without retries no add is sent twice', { skip, timeout: 60_000 }, async () => {
  const { operations, platform } = await recorded('forgets-every-third-answer', { writesPerSecond: 50, readsPerSecond: 0 });
  assert.equal(platform.requests.length, operations.length);
  assert.equal(new Set(operations.map((o) => o.id)).size, operations.length);
  assert.ok(operations.every((o) => o.attempt === undefined) && operations.some((o) => o.outcome === 'unknown'));
});
