import { balancer, catches, expect, killDaemon, steady, test } from '../../fixtures/index.ts';

test(
  'a killed load balancer is back within seconds',
  { tag: ['@nightly'], annotation: catches({ 'unsupervised-balancer': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // its supervisor starts it again within a second; its first checks (0.5 s) before it takes a site for being up, and slices
      longestOutageMs: 3000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(killDaemon(balancer, { daemon: 'haproxy' })));
    expect(await judge()).toHold();
  },
);
