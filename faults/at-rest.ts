import { DeadlineError, UsageError } from '../support/errors.ts';
import { limits } from '../support/limits.ts';
import { until } from '../support/poll.ts';
import type { Topology } from '../topology/model.ts';
import { openFaults } from './journal.ts';
import { redundant } from './redundant.ts';
import { servesOrNot } from './serving.ts';

/** Refuses a fault on a topology that does not come to rest in its reference state, unless faults are open that may be why: what is broken already proves nothing. */
export async function refuseUnrest(topology: Topology, timeoutMs: number = limits.atRest): Promise<void> {
  if (openFaults(topology.journalDir).length > 0) return;
  let troubles: string[] = [];
  try {
    await until({
      subject: `lab "${topology.name}"`,
      condition: 'in its reference state',
      timeoutMs,
      intervalMs: 250,
      probe: async () => (troubles = await unrest(topology)).length === 0,
    });
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw new UsageError(
      `lab "${topology.name}" is not in its reference state: ${troubles.join('; ')}: "holdfast up --name ${topology.name}" repairs it`,
    );
  }
}

/** What is not as a fault should find it: every host runs, nothing is impaired, sites serve and are in at the load balancer, copies are in sync. */
export async function unrest(topology: Topology): Promise<string[]> {
  const troubles = await Promise.all([hosts, paths, sites, backends, copies].map((look) => look(topology)));
  return troubles.flat();
}

async function hosts(topology: Topology): Promise<string[]> {
  const states = await Promise.all(topology.hosts.map(async (host) => ({ name: host.name, state: await host.state() })));
  return states.filter(({ state }) => state !== 'running').map(({ name, state }) => `${name} is ${state}`);
}

async function paths({ router }: Topology): Promise<string[]> {
  return (await router.impaired()).map(({ from, to, kind }) => `packets from ${from} to ${to} are impaired (${kind})`);
}

async function sites(topology: Topology): Promise<string[]> {
  const states = await Promise.all(topology.sites.map(async (site) => ({ name: site.name, lack: await site.lack() })));
  return states.flatMap(({ name, lack }) => (lack === undefined ? [] : [`site ${name} ${servesOrNot(lack)}`]));
}

async function backends({ balancer }: Topology): Promise<string[]> {
  const states = await balancer.backends().catch(() => undefined);
  if (states === undefined) return ['the load balancer does not answer'];
  return Object.entries(states).flatMap(([name, status]) => (status === 'UP' ? [] : [`${name} is ${status} at the load balancer`]));
}

async function copies(topology: Topology): Promise<string[]> {
  const look = await redundant(topology).catch(() => undefined);
  if (look === undefined) return ['the database service does not say who leads'];
  return look.seen ? [] : [look.what];
}
