import { expect, powerOff, site, steady, test } from '../../fixtures/index.ts';

test('losing a site costs no acknowledged write and half a second of service', { tag: ['@quick', '@nightly'] }, async ({ holds, load, inject, judge }) => {
  await holds({
    lost: 0,
    stalePrimary: 0,
    staleReplicaP99Ms: 500,
    // half of the requests may hang for at most two failed checks, 0.5 s apart and 0.5 s long: 0.8 s of 50 s
    availability: 0.99,
    // detection (1.5 s at most) and the answers of what was under way then (2 s request timeout)
    longestOutageMs: 3500,
    share: [0.45, 0.55],
  });
  await load(steady({ writesPerSecond: 150, readsPerSecond: 300 }), async () => {
    await inject(powerOff(site('b')), { for: '15s' });
  });
  expect(await judge()).toHold();
});
