import type { Fault, FaultSpec, Target } from './fault.ts';
import { silent } from './probes.ts';
import { servingAgain } from './serving.ts';
import { resolveTarget } from './targets.ts';

/** Power-off of a host, a site or the holder of a role; at lease end its hosts boot from their disks. */
export function powerOff(target: Target, options: { allowTotalLoss?: boolean } = {}): FaultSpec {
  return { fault: 'power-off', target, ...options };
}

export const powerOffFault: Fault = {
  name: 'power-off',
  kind: 'off',
  takes: ['allowTotalLoss'],
  asked: ({ target, allowTotalLoss = false }) => powerOff(target, { allowTotalLoss }),
  pin: async (topology, spec) => ({ hosts: (await resolveTarget(topology, spec.target)).map(({ name }) => name), paths: [] }),
  inject: async (topology, { hosts }) => {
    await Promise.all(hosts.map((host) => topology.host(host).powerOff()));
  },
  heal: async (topology, { hosts }) => {
    await Promise.all(hosts.map((host) => topology.host(host).boot()));
  },
  effect: (topology, { hosts }) => silent(topology, hosts),
  gone: servingAgain,
};
