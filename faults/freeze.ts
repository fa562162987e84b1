import type { HostState, Topology } from '../topology/model.ts';
import type { Fault, FaultSpec, Target } from './fault.ts';
import { all, answering, silent } from './probes.ts';
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
  steady: (topology, { hosts }) => answering(topology, hosts),
  gone: async (topology, { hosts }) => {
    const states = await statesOf(topology, hosts);
    const off = states.filter(({ state }) => state === 'off').map(({ host }) => host);
    const on = hosts.filter((host) => !off.includes(host));
    // a host that lost its power meanwhile has no process left that could stand still; its boot is the end of another fault
    const looks = off.map((host) => ({ seen: true, what: `${host} is off` }));
    return on.length === 0 ? all(looks) : all([await answering(topology, on), ...looks]);
  },
  lasts: async (topology, { hosts }) => {
    const states = await statesOf(topology, hosts);
    // one that lost its power meanwhile is no runaway
    return { seen: states.every(({ state }) => state !== 'running'), what: states.map(({ host, state }) => `${host} ${state}`).join(', ') };
  },
};

function statesOf(topology: Topology, hosts: readonly string[]): Promise<{ host: string; state: HostState }[]> {
  return Promise.all(hosts.map(async (host) => ({ host, state: await topology.host(host).state() })));
}
