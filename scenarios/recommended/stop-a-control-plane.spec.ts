import { catches, controlNode, evenShare, expect, steady, stopDaemon, test } from '../../fixtures/index.ts';

test(
  'pods serve on while the control plane of their site is down',
  { tag: ['@nightly'], annotation: catches({ 'control-plane-as-health': 'misrouted' }) },
  async ({ topology, drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0, share: evenShare(topology, 5), leastShare: 0.4 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(stopDaemon(controlNode(topology, hit), { daemon: 'kube-apiserver' }), { for: '15s' }),
    );
    expect(await judge()).toHold();
  },
);
