import { expect, powerOff, site, steady, test } from '../../fixtures/index.ts';

test.use({ routing: 'active-passive' });

test('the passive site takes over from a lost active one and gives back', { tag: ['@quick', '@nightly'] }, async ({ holds, load, inject, judge }) => {
  await holds({
    lost: 0,
    stalePrimary: 0,
    staleReplicaP99Ms: 500,
    // all requests hang until two checks have failed: 1.5 s at most, of about 50 s
    availability: 0.95,
    // detection (1.5 s at most) and the answers of what was under way then (2 s request timeout)
    longestOutageMs: 3500,
  });
  await load(steady({ writesPerSecond: 150, readsPerSecond: 300 }), async () => {
    await inject(powerOff(site('a')), { for: '15s' });
  });
  expect(await judge()).toHold();
});
