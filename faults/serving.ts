import type { Topology } from '../topology/model.ts';
import type { Evidence, Pinned } from './fault.ts';
import { all, answering, answeringAt } from './probes.ts';

/** Whether what hosts are there for is done again: sites serve, database copies follow their leader, members of the store agree with the others. A machine or program that is started is not yet one that serves. */
export async function serving(topology: Topology, { hosts }: Pinned): Promise<Evidence> {
  const roles = hosts.map((host) => topology.host(host));
  const sites = [...new Set(roles.flatMap(({ site }) => site ?? []))];
  const members = roles.filter(({ role }) => role === 'dcs');
  const copies = roles.filter(({ role }) => role === 'database').map(({ name }) => name);
  const states = copies.length === 0 ? [] : await topology.database.copies();
  const timeline = states.find(({ role }) => role === 'primary')?.timeline;
  return all([
    ...(await Promise.all(
      sites.map(async (site) => {
        const lack = await topology.site(site).lack();
        return { seen: lack === undefined, what: `site ${site} ${servesOrNot(lack)}` };
      }),
    )),
    ...(await Promise.all(members.map((member) => answeringAt(topology, member.daemonUrl('etcd') ?? '', member.name)))),
    ...copies.map((copy) => ({
      seen: states.some(({ name, running, timeline: own }) => name === copy && running && own === timeline),
      what: `${copy} runs on the leader's timeline ${timeline}`,
    })),
  ]);
}

/** Whether a site serves, in words. */
export function servesOrNot(lack: string | undefined): string {
  return lack === undefined ? 'serves' : `does not serve (${lack})`;
}

/** Whether hosts that had lost power answer, and what they are there for is done again. */
export async function servingAgain(topology: Topology, pinned: Pinned): Promise<Evidence> {
  const alive = await answering(topology, pinned.hosts);
  return alive.seen ? all([alive, await serving(topology, pinned)]) : alive;
}
