import type { Topology } from '../topology/model.ts';
import type { Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { answering, all, silent } from './probes.ts';
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
  gone: async (topology, pinned) => {
    const alive = await answering(topology, pinned.hosts);
    return alive.seen ? all([alive, await serving(topology, pinned)]) : alive;
  },
};

/** A booted machine is not yet a serving one: sites must serve, database copies must follow their leader. */
async function serving(topology: Topology, { hosts }: Pinned) {
  const roles = hosts.map((host) => topology.host(host));
  const sites = [...new Set(roles.flatMap(({ site }) => site ?? []))];
  const copies = roles.filter(({ role }) => role === 'database').map(({ name }) => name);
  const states = copies.length === 0 ? [] : await topology.database.copies();
  const timeline = states.find(({ role }) => role === 'primary')?.timeline;
  return all([
    ...(await Promise.all(sites.map(async (site) => ({ seen: await topology.site(site).ready(), what: `site ${site} serves` })))),
    ...copies.map((copy) => ({
      seen: states.some(({ name, running, timeline: own }) => name === copy && running && own === timeline),
      what: `${copy} runs on the leader's timeline ${timeline}`,
    })),
  ]);
}
