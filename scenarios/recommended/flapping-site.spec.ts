import { catches, expect, flapHealthCheck, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site whose health check flaps costs the requests that it cuts off, and no more',
  { tag: ['@nightly'], annotation: catches({ 'slow-return': 'misrouted' }) },
  async ({ drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      // what is under way at the site when it is taken out, some ten requests each time, every 4 s
      availability: 0.98,
      // to make the check flap, and to end that, its pods are replaced: on two cores starting ones hold up those that serve for up to 0.5 s
      longestOutageMs: 1000,
      // taken out and taken back within a second each: half of its even share while it flaps, for 15 s of some 20
      leastShare: 0.25,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(flapHealthCheck(site(hit), { every: '2s' }), { for: '15s' }),
    );
    expect(await judge()).toHold();
  },
);
