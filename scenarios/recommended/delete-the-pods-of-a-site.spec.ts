import { catches, deletePods, expect, site, steady, test } from '../../fixtures/index.ts';

test(
  'pods of a site that are deleted without a warning cost its requests for moments',
  { tag: ['@nightly'], annotation: catches({ 'slow-start': 'misrouted' }) },
  async ({ drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      // half the requests until two checks have failed (2 s), of 25 s
      availability: 0.95,
      longestOutageMs: 2500,
      // new pods serve within some seconds, and the site has its half again: a third of all that is answered until then
      leastShare: 0.15,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(deletePods(site(hit), { app: 'api', grace: '0' })));
    expect(await judge()).toHold();
  },
);
