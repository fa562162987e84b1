import { expect, freeze, primary, steady, test } from '../../fixtures/index.ts';

test('a frozen database primary is replaced, and its thaw changes nothing', { tag: ['@quick', '@nightly'] }, async ({ holds, load, inject, judge }) => {
  await holds({
    lost: 0,
    stalePrimary: 0,
    // a thawed or rejoining copy may lag for as long as it replays
    staleReplicaP99Ms: 1000,
    // Patroni's ttl (20 s) + one loop (2 s) + promotion and two checks (3 s) + reconnects and the last timeout (5 s)
    longestOutageMs: 30_000,
    rtoMs: 30_000,
  });
  await load(steady({ writesPerSecond: 100, readsPerSecond: 200 }), async () => {
    await inject(freeze(primary), { for: '35s' });
  });
  expect(await judge()).toHold();
});
