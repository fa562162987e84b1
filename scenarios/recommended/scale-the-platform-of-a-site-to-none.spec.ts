import { catches, expect, scaleToZero, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site whose platform was scaled to none is left out, and its requests go to the other one',
  { tag: ['@nightly'], annotation: catches({ 'slow-return': 'misrouted' }) },
  async ({ drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      // pods end in good order, but Kubernetes' proxy sends on to the last ones until it has heard of their end (a second at least between two changes of its
      // rules). Until two checks have failed (2 s) half the requests, of 33 s
      availability: 0.97,
      longestOutageMs: 2500,
      // a moment of the fault, and again as soon as it is over
      leastShare: 0.02,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(scaleToZero(site(hit), { app: 'api' }), { for: '10s' }));
    expect(await judge()).toHold();
  },
);
