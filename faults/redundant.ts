import type { Topology } from '../topology/model.ts';
import { leaderOf } from './copy.ts';
import type { Evidence } from './fault.ts';

/** Whether every copy runs on the leader's timeline, and one of them is synchronous where replication is. */
export async function redundant(topology: Topology): Promise<Evidence> {
  const [copies, { mode }] = await Promise.all([topology.database.copies(), topology.database.replication()]);
  const timeline = leaderOf(copies)?.timeline;
  const behind = copies.filter((copy) => !copy.running || copy.timeline !== timeline).map(({ name }) => name);
  const sync = mode === 'async' || copies.some((copy) => copy.sync);
  return {
    seen: timeline !== undefined && behind.length === 0 && sync,
    what:
      behind.length === 0
        ? `every copy follows timeline ${timeline}${sync ? '' : ', none synchronous'}`
        : `not following: ${behind.join(', ')}`,
  };
}
