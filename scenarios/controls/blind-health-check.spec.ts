import { blindHealthCheck, database, evenShare, expect, isolate, pause, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site whose health check is blind stays in service while it is cut from the database, and is flagged',
  { tag: ['@nightly', '@control'] },
  async ({ topology, drawnSites, holds, mustFlag, load, inject, judge }) => {
    const [hit] = drawnSites;
    // the bounds of a site that is taken out when it is cut from the database
    await holds({
      lost: 0,
      stalePrimary: 0,
      staleReplicaP99Ms: 500,
      availability: 0.955,
      longestOutageMs: 2500,
      share: evenShare(topology, 5),
    });
    await mustFlag('availability');
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      await inject(blindHealthCheck(site(hit)), { for: '40s' }, async () => {
        await pause('3s');
        await inject(isolate(site(hit), database), { for: '20s' });
      });
    });
    const verdict = await judge();
    expect(verdict).toFlag('availability');
    // it is the cut's doing: the longest outage begins with it, give or take what was under way and a slice
    const cut = verdict.recovery.find(({ fault }) => fault === 'isolate')?.appliedAt;
    const [longest] = verdict.availability.outages.toSorted((one, other) => other.end - other.start - (one.end - one.start));
    expect(Math.abs(Number(longest?.start) - Number(cut))).toBeLessThan(500_000);
  },
);
