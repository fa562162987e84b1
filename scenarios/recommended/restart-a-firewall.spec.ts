import { catches, database, evenShare, expect, forgetConnections, isolate, site, steady, test } from '../../fixtures/index.ts';

test(
  'a firewall between a site and the database that restarts, and has forgotten who was connected, costs no more than a cut',
  { tag: ['@nightly'], annotation: catches({ 'no-client-timeouts': 'longest-outage' }) },
  async ({ topology, holds, load, inject, judge }) => {
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
      // whoever waits on a connection from before, until TCP gives up, is still silent when the firewall passes what is new
      await inject(forgetConnections(site('b'), database), { for: '32s' }, async () => {
        // between what TCP sends again after 12.6 s and after 25.4 s, and of a request for a connection before 31 or 35 s: none of it comes soon after the end
        await inject(isolate(site('b'), database), { for: '20s' });
      });
    });
    expect(await judge()).toHold();
  },
);
