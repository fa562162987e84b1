import { catches, expect, scaleToZero, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site whose platform was scaled to none is left out, and its requests go to the other one',
  { tag: ['@nightly'], annotation: catches({ 'no-redispatch': 'availability' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // pods end in good order; a connection that is refused then is tried at the other site
      availability: 0.99,
      longestOutageMs: 1000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 120 }), () => inject(scaleToZero(site('b'), { app: 'api' }), { for: '10s' }));
    expect(await judge()).toHold();
  },
);
