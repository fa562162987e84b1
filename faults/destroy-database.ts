import { parseTime } from '../support/durations.ts';
import { UsageError } from '../support/errors.ts';
import { limits } from '../support/limits.ts';
import type { Topology } from '../topology/model.ts';
import { leaderOf } from './copy.ts';
import type { Evidence, Fault, FaultSpec, Pinned } from './fault.ts';
import { all, silent } from './probes.ts';
import { servingAgain } from './serving.ts';
import { describeTarget } from './targets.ts';

/**
 * Every database host loses its power, and its disk with all that is on it. At lease end the hosts boot with empty disks, and the service is
 * restored from its newest backup and the archive: to the end of the archive, or as it was at a time, for whose sake it was given up.
 */
export function destroyDatabase({ restoreTo }: { restoreTo?: Date } = {}): FaultSpec {
  return {
    fault: 'destroy-database',
    target: { kind: 'role', role: 'copies' },
    ...(restoreTo === undefined ? {} : { restoreTo: restoreTo.toISOString() }),
  };
}

export const destroyDatabaseFault: Fault = {
  name: 'destroy-database',
  kind: 'off',
  // its hosts boot, its data comes from the repository, and its copies serve
  goneWithinMs: limits.hostBooted + limits.restored + limits.serviceBack,
  takes: ['restoreTo'],
  asked: ({ target, restoreTo }) => ({
    ...destroyDatabase(restoreTo === undefined ? {} : { restoreTo: parseTime(restoreTo, 'restoreTo') }),
    target,
  }),
  pin: async (topology, { target, restoreTo }) => {
    if (target.kind !== 'role' || target.role !== 'copies')
      throw new UsageError(`destroy-database: expected "copies" as its target, all of the service; came ${describeTarget(target)}`);
    await refuseForGood(topology, restoreTo);
    // who gives a database up for an earlier state of it makes sure that this is in the archive
    if (restoreTo !== undefined) await topology.database.backups.archiveAll();
    const timeline = leaderOf(await topology.database.copies())?.timeline ?? 0;
    const hosts = topology.database.hosts.map(({ name }) => name);
    return { hosts, paths: [], timeline, ...(restoreTo === undefined ? {} : { restoreTo }) };
  },
  steady: servingAgain,
  inject: (topology) => topology.database.destroy(),
  heal: (topology, { restoreTo }) =>
    topology.database.backups.restore({ ifDestroyed: true, ...(restoreTo === undefined ? {} : { to: new Date(restoreTo) }) }),
  effect: async (topology, { hosts }) => all([await silent(topology, hosts), disksGone(topology)]),
  gone: async (topology, pinned) => {
    const serves = await servingAgain(topology, pinned);
    return serves.seen ? all([serves, await restored(topology, pinned)]) : serves;
  },
};

/** Without a backup nothing would end this. */
async function refuseForGood({ database }: Topology, restoreTo: string | undefined): Promise<void> {
  const lack = await database.backups.lack(restoreTo === undefined ? undefined : new Date(restoreTo));
  if (lack !== undefined) throw new UsageError(`destroy-database is refused, nothing could end it: ${lack}`);
}

function disksGone({ database }: Topology): Evidence {
  const remains = database.remains();
  return { seen: remains.length === 0, what: remains.length === 0 ? 'no copy has a disk' : `disks are there: ${remains.join(', ')}` };
}

/** Whether the copy that leads began a timeline of its own since: a server that was restored does, and one that was never destroyed does not. */
async function restored({ database }: Topology, { timeline = 0 }: Pinned): Promise<Evidence> {
  const leader = leaderOf(await database.copies());
  return {
    seen: leader !== undefined && leader.timeline > timeline,
    what: `${leader?.name ?? 'no copy'} leads on timeline ${leader?.timeline ?? 'none'}; the service was on ${timeline} when it was destroyed`,
  };
}
