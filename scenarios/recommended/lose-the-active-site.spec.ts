import { catches, expect, powerOff, site, steady, test } from '../../fixtures/index.ts';

test.use({ routing: 'active-passive' });

test(
  'the passive site takes over from a lost active one and gives back',
  { tag: ['@quick', '@nightly'], annotation: catches({ 'slow-health-check': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      staleReplicaP99Ms: 500,
      // two failed checks: at most 0.5 s until each begins, 0.5 s until it is given up, so 2 s; all requests of 29 s,
      // and 0.2 s more for those under way at the loss and the first ones at a site whose caches are cold
      availability: 0.925,
      // those 2 s, and half a second for slices at both ends
      longestOutageMs: 2500,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      await inject(powerOff(site('a')), { for: '10s' });
    });
    expect(await judge()).toHold();
  },
);
