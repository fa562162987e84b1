import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Operation } from '../record/format.ts';
import { recorded } from './recorded.fixture.ts';
import { countBy, ourK6 } from './trial.fixture.ts';

const { skip } = ourK6();

function tokenOf({ id, system, timeline, epoch, lsn }: Operation): string {
  return `${id} ${system}:${timeline}:${epoch}:${lsn}`;
}

test('a share of the reads and gets of a replica carries the token of what they read', { skip, timeout: 60_000 }, async () => {
  const load = { writesPerSecond: 100, readsPerSecond: 200, putsPerSecond: 50, getsPerSecond: 100, tokenShare: 0.5 };
  const { operations, platform } = await recorded('serve', load);
  const written = new Set(operations.filter((o) => o.op === 'add' || o.op === 'put').map(tokenOf));
  const carrying = operations.filter((o) => o.token !== undefined);
  assert.ok(carrying.every((o) => o.role === 'replica' && written.has(`${o.id} ${o.token}`)));
  for (const kind of ['read', 'get']) {
    const asked = operations.filter((o) => o.op === kind && o.role === 'replica');
    const share = asked.filter((o) => o.token !== undefined).length / asked.length;
    assert.ok(share > 0.35 && share < 0.65, `${share} of the replica's ${kind}s carried a token`);
  }
  const sent = platform.requests.filter(({ url }) => url.includes('&token='));
  assert.equal(sent.length, carrying.length);
});

for (const [mood, outcome] of [
  ['refuses-tokens', 'failed: status 409: token-refused'],
  ['waits-in-vain', 'unknown: status 503: token-not-reached'],
] as const) {
  test(`a read whose token is not honoured is not ok: ${mood}`, { skip, timeout: 60_000 }, async () => {
    const { operations } = await recorded(mood, { writesPerSecond: 50, readsPerSecond: 100, tokenShare: 1 });
    const carrying = operations.filter((o) => o.token !== undefined);
    assert.ok(carrying.length > 50, `${carrying.length} reads carried a token`);
    assert.deepEqual(
      countBy(carrying, (o) => `${o.outcome}: ${o.error}`),
      { [outcome]: carrying.length },
    );
    assert.ok(operations.every((o) => o.token !== undefined || o.outcome === 'ok'));
  });
}
