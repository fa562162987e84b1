import type { Topology } from '../topology/model.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { powerOffFault } from './power-off.ts';
import { all, silent } from './probes.ts';
import { servingAgain } from './serving.ts';
import { resolveTarget } from './targets.ts';

/** Power-off of a host, a site or the holder of a role, whose hosts boot again at once: a crash of the machine, or an update of its kernel. */
export function reboot(target: Target, options: { allowTotalLoss?: boolean } = {}): FaultSpec {
  return { fault: 'reboot', target, ...options };
}

export const rebootFault: Fault = {
  name: 'reboot',
  kind: 'momentary',
  takes: ['allowTotalLoss'],
  asked: ({ target, allowTotalLoss = false }) => reboot(target, { allowTotalLoss }),
  pin: async (topology, spec) => {
    const hosts = (await resolveTarget(topology, spec.target)).map(({ name }) => name);
    const boots = Object.entries(topology.boots()).filter(([host]) => hosts.includes(host));
    return { hosts, paths: [], boots: Object.fromEntries(boots) };
  },
  inject: async (topology, { hosts }) => {
    await Promise.all(
      hosts.map(async (host) => {
        await topology.host(host).powerOff();
        await topology.host(host).boot();
      }),
    );
  },
  // an injector that died after the first half leaves the second to the healer
  heal: (topology, pinned) => powerOffFault.heal(topology, pinned),
  effect: rebooted,
  gone: servingAgain,
};

/** Whether no host is in the boot any more that it was in. */
async function rebooted(topology: Topology, { hosts, boots = {} }: Pinned): Promise<Evidence> {
  const now = topology.boots();
  const looks = hosts.map(async (host): Promise<Evidence> => {
    if (now[host] === boots[host]) return silent(topology, [host]);
    return { seen: true, what: now[host] === undefined ? `${host} is off` : `${host} is in boot ${now[host]}, no longer ${boots[host]}` };
  });
  return all(await Promise.all(looks));
}
