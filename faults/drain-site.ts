import type { BackendStatus, Topology } from '../topology/model.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { siteAsked, siteOf } from './targets.ts';

/** Takes a site out at the load balancer, as before its maintenance: what is under way may end, nothing new goes there. */
export function drainSite(target: Target, options: { allowTotalLoss?: boolean } = {}): FaultSpec {
  return { fault: 'drain-site', target, ...options };
}

export const drainSiteFault: Fault = {
  name: 'drain-site',
  kind: 'held',
  sparesDaemons: true,
  takes: ['allowTotalLoss'],
  asked: ({ target, allowTotalLoss = false }) => drainSite(target, { allowTotalLoss }),
  pin: async (topology, spec) => {
    return { hosts: siteAsked(topology, spec).nodes.map(({ name }) => name), paths: [] };
  },
  inject: (topology, pinned) => topology.balancer.setDrained(siteOf(topology, pinned).name, true),
  heal: (topology, pinned) => topology.balancer.setDrained(siteOf(topology, pinned).name, false),
  effect: (topology, pinned) => are(['DRAIN'], topology, pinned),
  gone: (topology, pinned) => are(['UP'], topology, pinned),
  // a drained server that fails its checks besides is called DOWN
  lasts: (topology, pinned) => are(['DRAIN', 'DOWN'], topology, pinned),
};

async function are(wanted: readonly BackendStatus[], topology: Topology, pinned: Pinned): Promise<Evidence> {
  const { name: site } = siteOf(topology, pinned);
  const states = Object.entries(await topology.balancer.backends()).filter(([name]) => name.startsWith(`${site}/`));
  const what = states.map(([name, status]) => `${name} ${status}`).join(', ');
  return { seen: states.length > 0 && states.every(([, status]) => wanted.includes(status)), what: `at the load balancer: ${what}` };
}
