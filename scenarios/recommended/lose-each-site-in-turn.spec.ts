import { catches, evenShare, expect, powerOff, site, steady, test } from '../../fixtures/index.ts';

test(
  'sites that are lost one after the other cost their share of the requests, each for two seconds',
  { tag: ['@nightly'], annotation: catches({ 'slow-health-check': 'longest-outage' }) },
  async ({ topology, drawnSites, holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // two failed checks each time, half the requests for 2 s, twice in 50 s
      availability: 0.955,
      longestOutageMs: 2500,
      share: evenShare(topology, 10),
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      for (const name of drawnSites.slice(0, 2)) await inject(powerOff(site(name)), { for: '8s' });
    });
    expect(await judge()).toHold();
  },
);
