import { catches, drainSite, expect, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site that is drained as planned costs no request',
  { tag: ['@nightly'], annotation: catches({ 'small-pools': 'availability' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0 });
    await load(steady({ writesPerSecond: 200, readsPerSecond: 200 }), () => inject(drainSite(site('b')), { for: '10s' }));
    expect(await judge()).toHold();
  },
);
