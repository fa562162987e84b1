import type { Fault, FaultSpec, Target } from './fault.ts';
import { answering, silent } from './probes.ts';
import { resolveTarget } from './targets.ts';

/** Stops every process of a host; its kernel goes on accepting connections, nothing answers. "Pause the database" means this. */
export function freeze(target: Target, options: { allowTotalLoss?: boolean } = {}): FaultSpec {
  return { fault: 'freeze', target, ...options };
}

export const freezeFault: Fault = {
  name: 'freeze',
  kind: 'held',
  needs: ['freezer'],
  takes: ['allowTotalLoss'],
  asked: ({ target, allowTotalLoss = false }) => freeze(target, { allowTotalLoss }),
  pin: async (topology, spec) => ({ hosts: (await resolveTarget(topology, spec.target)).map(({ name }) => name), paths: [] }),
  inject: async (topology, { hosts }) => {
    await Promise.all(hosts.map((host) => topology.host(host).freeze()));
  },
  heal: async (topology, { hosts }) => {
    await Promise.all(hosts.map((host) => topology.host(host).thaw()));
  },
  effect: (topology, { hosts }) => silent(topology, hosts),
  gone: (topology, { hosts }) => answering(topology, hosts),
  lasts: async (topology, { hosts }) => {
    const states = await Promise.all(hosts.map(async (host) => ({ host, state: await topology.host(host).state() })));
    // one that lost its power meanwhile is no runaway
    return { seen: states.every(({ state }) => state !== 'running'), what: states.map(({ host, state }) => `${host} ${state}`).join(', ') };
  },
};
