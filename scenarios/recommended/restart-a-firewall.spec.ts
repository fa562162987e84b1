import { catches, database, evenShare, expect, forgetConnections, isolate, site, steady, test } from '../../fixtures/index.ts';

test(
  'a firewall between a site and the database that restarts, and has forgotten who was connected, costs no more than a cut',
  { tag: ['@nightly'], annotation: catches({ 'no-client-timeouts': 'longest-outage' }) },
  async ({ topology, drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      staleReplicaP99Ms: 500,
      // half the requests of 44 s fail for the 2.5 s below
      availability: 0.965,
      // as of a cut: the site notices in 1 s, two checks say so in 1 s, and half a second for slices at both ends; nothing when it is back
      longestOutageMs: 2500,
      share: evenShare(topology, 5),
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      // connections from before are still silent 12 s after new ones pass
      await inject(forgetConnections(site(hit), database), { for: '32s' }, async () => {
        // TCP sends again after 12.6 and 25.4 s, and asks again for a connection after 15 or 19 and 31 or 35 s: nothing comes right after 20 s
        await inject(isolate(site(hit), database), { for: '20s' });
      });
    });
    expect(await judge()).toHold();
  },
);
