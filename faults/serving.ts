import type { CopyState, Topology } from '../topology/model.ts';
import { leaderOf } from './copy.ts';
import type { Evidence, Pinned } from './fault.ts';
import { all, answering, answeringAt } from './probes.ts';

/** Whether what hosts are there for is done again: sites serve, database copies follow their leader, members of the store agree with the others. A machine or program that is started is not yet one that serves. */
export async function serving(topology: Topology, { hosts }: Pinned): Promise<Evidence> {
  const roles = hosts.map((host) => topology.host(host));
  const sites = [...new Set(roles.flatMap(({ site }) => site ?? []))];
  const members = roles.filter(({ role }) => role === 'dcs');
  const copies = roles.filter(({ role }) => role === 'database').map(({ name }) => name);
  const states = copies.length === 0 ? [] : await topology.database.copies();
  return all([
    ...(await Promise.all(
      sites.map(async (site) => {
        const lack = await topology.site(site).lack();
        return { seen: lack === undefined, what: `site ${site} ${servesOrNot(lack)}` };
      }),
    )),
    ...(await Promise.all(members.map((member) => answeringAt(topology, member.daemonUrl('etcd') ?? '', member.name)))),
    ...copies.map((copy) => follows(copy, states)),
  ]);
}

/* A copy that follows runs on the timeline of one that leads. */
function follows(copy: string, states: readonly CopyState[]): Evidence {
  const leader = leaderOf(states);
  const own = states.find(({ name }) => name === copy);
  const runs = own?.running === true ? `runs on timeline ${own.timeline}` : 'does not run';
  return {
    seen: leader !== undefined && own?.running === true && own.timeline === leader.timeline,
    what: `${copy} ${runs}, ${leader === undefined ? 'and no copy leads' : `${leader.name} leads on timeline ${leader.timeline}`}`,
  };
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
