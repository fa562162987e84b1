import { balancer, catches, expect, refuse, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site that refuses connections costs the requests on those that it had, and few new ones',
  { tag: ['@nightly'], annotation: catches({ 'no-redispatch': 'availability' }) },
  async ({ drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      // what was under way, one request on each connection that was kept, and of whatever is refused until the site is out what three tries in turn do not
      // bring to the other site, because others take turns between them: 3 and 2 of 6,800 were seen. Without another try half of what comes in half a
      // second to a second is lost, 65 at least
      availability: 0.995,
      // two failed checks, at most half a second until each begins, each refused at once; and 0.2 s for slices at both ends
      longestOutageMs: 1_200,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(refuse(site(hit), balancer), { for: '10s' }));
    expect(await judge()).toHold();
  },
);
