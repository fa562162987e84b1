import { catches, drainSite, expect, site, steady, test } from '../../fixtures/index.ts';

test(
  'sites that are drained as planned, each in turn, cost no request',
  { tag: ['@nightly'], annotation: catches({ 'maintenance-for-drain': 'availability' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0 });
    await load(steady({ writesPerSecond: 200, readsPerSecond: 200 }), async () => {
      // a site has a request or two under way at any moment: of several drains one that cuts them off cannot miss all
      for (const name of ['b', 'a', 'b', 'a']) await inject(drainSite(site(name)), { for: '4s' });
    });
    expect(await judge()).toHold();
  },
);
