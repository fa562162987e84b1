import { catches, evenShare, expect, powerOff, site, steady, test } from '../../fixtures/index.ts';

test(
  'losing a site costs no acknowledged write, and its share of the requests for two seconds',
  { tag: ['@quick', '@nightly'], annotation: catches({ 'slow-health-check': 'longest-outage' }) },
  async ({ topology, drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      staleReplicaP99Ms: 500,
      // two failed checks: at most 0.5 s until each begins, 0.5 s until it is given up, so 2 s; half the requests of 29 s
      availability: 0.96,
      // those 2 s, and half a second for slices at both ends
      longestOutageMs: 2500,
      share: evenShare(topology, 5),
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      await inject(powerOff(site(hit)), { for: '10s' });
    });
    expect(await judge()).toHold();
  },
);
