import { balancer, catches, delay, drainSite, expect, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site that is drained as planned ends what is under way, and costs no request',
  { tag: ['@nightly'], annotation: catches({ 'drain-that-cuts': 'availability' }) },
  async ({ drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      // 50 ms each way: some twenty requests are under way at any moment, and not one or none
      inject(delay(site(hit), balancer, { by: '50ms' }), { for: '18s' }, () => inject(drainSite(site(hit)), { for: '8s' })),
    );
    expect(await judge()).toHold();
  },
);
