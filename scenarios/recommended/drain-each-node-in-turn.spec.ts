import { catches, delay, drainNode, expect, host, primary, steady, test } from '../../fixtures/index.ts';

test(
  'nodes that are drained for maintenance, each in turn, cost no request',
  { tag: ['@nightly'], annotation: catches({ 'abrupt-shutdown': 'availability' }) },
  async ({ topology, holds, load, inject, judge }) => {
    const nodes = topology.sites.flatMap((site) => site.nodes.map(({ name }) => name));
    // no copy is touched, so no tail can be lost: few acknowledgements just before are enough
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0 }, { acksBeforeFault: 1 });
    // for some five seconds the pods that start take all that is left of two cores: with twice the load requests queue for over a second
    await load(steady({ writesPerSecond: 50, readsPerSecond: 60 }), () =>
      // commits take 50 ms longer: some three writes are under way at any moment, and not one or none
      inject(delay(primary, 'standbys', { by: '25ms' }), { for: '50s' }, async () => {
        for (const node of nodes) await inject(drainNode(host(node)), { for: '8s' });
      }),
    );
    expect(await judge()).toHold();
  },
);
