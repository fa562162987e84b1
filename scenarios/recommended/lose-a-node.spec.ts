import { catches, expect, powerOff, steady, test, workerNode } from '../../fixtures/index.ts';

test(
  'a lost node of a site costs a part of its requests for a moment',
  { tag: ['@nightly'], annotation: catches({ 'pods-on-one-node': 'misrouted' }) },
  async ({ topology, drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      // two failed checks of its door (2 s), half the requests that came by it, of 33 s
      availability: 0.98,
      longestOutageMs: 2500,
      // the site serves on by the door that is left: of three, a third; a quarter of that while its checks meet the lost pod
      leastShare: 0.08,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(powerOff(workerNode(topology, hit)), { for: '15s' }));
    expect(await judge()).toHold();
  },
);
