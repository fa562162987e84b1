import { catches, database, evenShare, expect, isolate, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site whose packets to the database vanish, or whose answers do, is taken out as one that is cut off both ways',
  { tag: ['@nightly'], annotation: catches({ 'blind-health-check': 'availability' }) },
  async ({ topology, drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      // noticed within 1 s, said by two checks within another: half the requests for 2 s, twice in 75 s, and those that wait for an answer until then
      availability: 0.94,
      longestOutageMs: 3500,
      share: evenShare(topology, 10),
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      for (const direction of ['out', 'in'] as const) await inject(isolate(site(hit), database, { direction }), { for: '20s' });
    });
    expect(await judge()).toHold();
  },
);
