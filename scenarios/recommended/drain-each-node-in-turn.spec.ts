import { catches, drainNode, expect, host, rolloutFloors, rolloutLoad, slowCommits, test } from '../../fixtures/index.ts';

test(
  'nodes that are drained for maintenance, each in turn, cost no request',
  { tag: ['@nightly'], annotation: catches({ 'abrupt-shutdown': 'availability' }) },
  async ({ topology, holds, load, inject, judge }) => {
    const nodes = topology.sites.flatMap((site) => site.nodes.map(({ name }) => name));
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0 }, rolloutFloors);
    await load(rolloutLoad, () =>
      inject(slowCommits, { for: '50s' }, async () => {
        for (const node of nodes) await inject(drainNode(host(node)), { for: '8s' });
      }),
    );
    expect(await judge()).toHold();
  },
);
