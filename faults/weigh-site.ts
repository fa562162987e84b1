import { UsageError } from '../support/errors.ts';
import type { Topology } from '../topology/model.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { siteAsked, siteOf } from './targets.ts';

/** Of its own weight; ends the fault. */
const WHOLE = 100;

/** Gives a site a smaller share of new requests: the load balancer's weight of each of its servers is `weight` ("10%") of its own. */
export function weighSite(target: Target, { weight, ...options }: { weight: string; allowTotalLoss?: boolean }): FaultSpec {
  if (!/^[1-9]\d?%$/.test(weight)) {
    throw new UsageError(
      `weight "${weight}": expected "1%" to "99%" of the site's own; a drain gives it nothing, and 100% changes nothing`,
    );
  }
  return { fault: 'weigh-site', target, weight: Number.parseInt(weight), ...options };
}

export const weighSiteFault: Fault = {
  name: 'weigh-site',
  kind: 'held',
  sparesDaemons: true,
  takes: ['weight', 'allowTotalLoss'],
  asked: ({ target, weight, allowTotalLoss = false }) => {
    if (weight === undefined) throw new UsageError('weigh-site: expected "weight", such as "10%"; came none');
    return weighSite(target, { weight, allowTotalLoss });
  },
  pin: async (topology, spec) => {
    return { hosts: siteAsked(topology, spec).nodes.map(({ name }) => name), paths: [], weight: spec.weight ?? WHOLE };
  },
  inject: (topology, pinned) => topology.balancer.setWeight(siteOf(topology, pinned).name, pinned.weight ?? WHOLE),
  heal: (topology, pinned) => topology.balancer.setWeight(siteOf(topology, pinned).name, WHOLE),
  effect: (topology, pinned) => weigh(pinned.weight ?? WHOLE, topology, pinned),
  gone: (topology, pinned) => weigh(WHOLE, topology, pinned),
  lasts: (topology, pinned) => weigh(pinned.weight ?? WHOLE, topology, pinned),
};

async function weigh(percent: number, topology: Topology, pinned: Pinned): Promise<Evidence> {
  const { name: site } = siteOf(topology, pinned);
  const weights = Object.entries(await topology.balancer.weights()).filter(([name]) => name.startsWith(`${site}/`));
  const what = weights.map(([name, weight]) => `${name} ${weight}%`).join(', ');
  return { seen: weights.length > 0 && weights.every(([, weight]) => weight === percent), what: `weights at the load balancer: ${what}` };
}
