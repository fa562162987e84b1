import { UsageError } from '../support/errors.ts';
import type { Site, Topology } from '../topology/model.ts';
import { PLATFORM_APPS } from './pods.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { servesOrNot } from './serving.ts';
import { describeTarget, resolveTarget, siteOf } from './targets.ts';

/** Drains a node: it takes no more pods and those on it are evicted within their disruption budget; at lease end it takes pods again. */
export function drainNode(target: Target, options: { allowTotalLoss?: boolean } = {}): FaultSpec {
  return { fault: 'drain-node', target, ...options };
}

export const drainNodeFault: Fault = {
  name: 'drain-node',
  kind: 'held',
  sparesDaemons: true,
  takes: ['allowTotalLoss'],
  asked: ({ target, allowTotalLoss = false }) => drainNode(target, { allowTotalLoss }),
  pin: async (topology, spec) => {
    const [host, ...others] = await resolveTarget(topology, spec.target);
    if (host?.role !== 'node' || others.length > 0)
      throw new UsageError(`drain-node: expected one node as its target, came ${describeTarget(spec.target)}`);
    return { hosts: [host.name], paths: [] };
  },
  inject: async (topology, pinned) => {
    const { site, node } = placeOf(topology, pinned);
    await site.setSchedulable(node, false);
    await evict(site, node);
  },
  heal: async (topology, pinned) => {
    const { site, node } = placeOf(topology, pinned);
    await site.setSchedulable(node, true);
  },
  effect: async (topology, pinned) => {
    const { site, node } = placeOf(topology, pinned);
    const [schedulable, left] = await Promise.all([site.isSchedulable(node), evict(site, node)]);
    return { seen: !schedulable && left === 0, what: `${node} ${schedulable ? 'takes' : 'takes no'} pods and has ${left}` };
  },
  lasts: async (topology, pinned) => {
    const { site, node } = placeOf(topology, pinned);
    const schedulable = await site.isSchedulable(node);
    return { seen: !schedulable, what: `${node} ${schedulable ? 'takes' : 'takes no'} pods` };
  },
  gone: async (topology, pinned): Promise<Evidence> => {
    const { site, node } = placeOf(topology, pinned);
    const [schedulable, lack] = await Promise.all([site.isSchedulable(node), site.lack()]);
    return {
      seen: schedulable && lack === undefined,
      what: `${node} ${schedulable ? 'takes' : 'takes no'} pods, site ${site.name} ${servesOrNot(lack)}`,
    };
  },
};

/** Evicts what may go now; pods left. A budget that is used up is asked again at the next look. */
async function evict(site: Site, node: string): Promise<number> {
  const pods = (await Promise.all(PLATFORM_APPS.map((app) => site.pods(app)))).flat().filter((pod) => pod.node === node);
  for (const { name } of pods) await site.evict([name]).catch(() => undefined);
  return pods.length;
}

function placeOf(topology: Topology, pinned: Pinned): { site: Site; node: string } {
  return { site: siteOf(topology, pinned), node: pinned.hosts[0] ?? '' };
}
