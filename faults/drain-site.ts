import { UsageError } from '../support/errors.ts';
import type { BackendStatus, Topology } from '../topology/model.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { describeTarget } from './targets.ts';

/** Takes a site out at the load balancer, as before its maintenance: what is under way may end, nothing new goes there. */
export function drainSite(target: Target, options: { allowTotalLoss?: boolean } = {}): FaultSpec {
  return { fault: 'drain-site', target, ...options };
}

export const drainSiteFault: Fault = {
  name: 'drain-site',
  kind: 'held',
  takes: ['allowTotalLoss'],
  asked: ({ target, allowTotalLoss = false }) => drainSite(target, { allowTotalLoss }),
  pin: async (topology, spec) => {
    if (spec.target.kind !== 'site') throw new UsageError(`drain-site: expected a site as its target, came ${describeTarget(spec.target)}`);
    return { hosts: topology.site(spec.target.name).nodes.map(({ name }) => name), paths: [] };
  },
  inject: (topology, pinned) => topology.balancer.setDrained(siteOf(topology, pinned), true),
  heal: (topology, pinned) => topology.balancer.setDrained(siteOf(topology, pinned), false),
  effect: (topology, pinned) => are('DRAIN', topology, pinned),
  gone: (topology, pinned) => are('UP', topology, pinned),
};

async function are(wanted: BackendStatus, topology: Topology, pinned: Pinned): Promise<Evidence> {
  const site = siteOf(topology, pinned);
  const states = Object.entries(await topology.balancer.backends()).filter(([name]) => name.startsWith(`${site}/`));
  const what = states.map(([name, status]) => `${name} ${status}`).join(', ');
  return { seen: states.length > 0 && states.every(([, status]) => status === wanted), what: `at the load balancer: ${what}` };
}

function siteOf(topology: Topology, { hosts: [node = ''] }: Pinned): string {
  return topology.host(node).site ?? '';
}
