import { balancer, catches, expect, refuse, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site that refuses connections costs the requests on those that it had, and no new one',
  { tag: ['@nightly'], annotation: catches({ 'no-redispatch': 'longest-outage' }) },
  async ({ drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      // what was under way, and one request on each connection that was kept; whatever comes next is refused and tried at the other site
      availability: 0.99,
      longestOutageMs: 500,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(refuse(site(hit), balancer), { for: '10s' }));
    expect(await judge()).toHold();
  },
);
