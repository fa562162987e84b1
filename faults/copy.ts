import { UsageError } from '../support/errors.ts';
import type { CopyState, Topology } from '../topology/model.ts';
import type { FaultSpec } from './fault.ts';
import { describeTarget, resolveTarget } from './targets.ts';

/** The one database copy that a fault falls on, of the role that it needs; a UsageError says what the target is instead. */
export async function pinCopy(topology: Topology, spec: FaultSpec, role?: 'primary' | 'replica'): Promise<string> {
  const [host, ...others] = await resolveTarget(topology, spec.target);
  const wanted = role === 'primary' ? 'the copy that leads' : role === 'replica' ? 'a standby' : 'one copy of the database';
  const copy = (await topology.database.copies()).find(({ name }) => name === host?.name);
  if (copy === undefined || others.length > 0 || (role !== undefined && copy.role !== role)) {
    throw new UsageError(`${spec.fault}: expected ${wanted} as its target, came ${describeTarget(spec.target)}`);
  }
  return copy.name;
}

/** Name of the copy that leads now, if any. */
export async function primaryOf(topology: Topology): Promise<string | undefined> {
  return leaderOf(await topology.database.copies())?.name;
}

/** The copy that leads, among their states. */
export function leaderOf(copies: readonly CopyState[]): CopyState | undefined {
  return copies.find(({ role }) => role === 'primary');
}
