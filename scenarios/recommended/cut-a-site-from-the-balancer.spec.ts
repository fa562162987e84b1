import { balancer, catches, evenShare, expect, isolate, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site cut from the load balancer is taken out, and comes back',
  { tag: ['@nightly'], annotation: catches({ 'slow-health-check': 'longest-outage' }) },
  async ({ topology, drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      // as for a lost site: two failed checks, 2 s of half the requests of 28 s
      availability: 0.96,
      longestOutageMs: 2500,
      share: evenShare(topology, 5),
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(isolate(site(hit), balancer), { for: '10s' }));
    expect(await judge()).toHold();
  },
);
