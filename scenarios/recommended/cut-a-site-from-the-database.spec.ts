import { catches, database, evenShare, expect, isolate, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site cut from the database is taken out, and comes back',
  { tag: ['@quick', '@nightly'], annotation: catches({ 'blind-health-check': 'availability' }) },
  async ({ topology, drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      staleReplicaP99Ms: 500,
      // half the requests of 28 s fail until the site has noticed (1 s) and two checks have said so (1 s), and those under way by then (0.5 s)
      availability: 0.955,
      // those 2 s, and half a second for slices at both ends
      longestOutageMs: 2500,
      share: evenShare(topology, 5),
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      await inject(isolate(site(hit), database), { for: '10s' });
    });
    expect(await judge()).toHold();
  },
);
