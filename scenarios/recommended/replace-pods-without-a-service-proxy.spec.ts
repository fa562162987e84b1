import { deletePods, expect, hosts, site, steady, stopDaemon, test } from '../../fixtures/index.ts';

test(
  'a site whose pods are replaced while nobody tells its nodes is left out until somebody does',
  { tag: ['@nightly'] },
  async ({ topology, drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    const nodes = topology.site(hit).nodes.map(({ name }) => name);
    await holds({
      lost: 0,
      stalePrimary: 0,
      // its doors lead to pods that are gone: two failed checks (2 s), half the requests, of 36 s
      availability: 0.96,
      longestOutageMs: 2500,
      // a moment of the fault, and again as soon as it is over
      leastShare: 0.02,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(stopDaemon(hosts(...nodes), { daemon: 'kube-proxy' }), { for: '15s' }, () => inject(deletePods(site(hit), { app: 'api' }))),
    );
    expect(await judge()).toHold();
  },
);
