import { balancer, catches, delay, evenShare, expect, site, steady, test } from '../../fixtures/index.ts';

test(
  'a site that is slow, and not dead, stays in service',
  { tag: ['@nightly'], annotation: catches({ 'hasty-health-check': 'misrouted' }) },
  async ({ topology, drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    // 150 ms each way: a health check may take 500 ms
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0, share: evenShare(topology, 5), leastShare: 0.4 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(delay(site(hit), balancer, { by: '150ms' }), { for: '15s' }),
    );
    expect(await judge()).toHold();
  },
);
