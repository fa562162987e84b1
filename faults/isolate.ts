import { UsageError } from '../support/errors.ts';
import type { Path, Topology } from '../topology/model.ts';
import type { Evidence, Fault, FaultSpec, Target } from './fault.ts';
import { all, answering, silent } from './probes.ts';
import { pathsBetween, resolveOtherEnd, resolveTarget } from './targets.ts';

/** Drops every packet, both ways, between a target and the database service, its standbys, everything, or another target. */
export function isolate(target: Target, from: NonNullable<FaultSpec['from']>, options: { allowTotalLoss?: boolean } = {}): FaultSpec {
  return { fault: 'isolate', target, from, ...options };
}

export const isolateFault: Fault = {
  name: 'isolate',
  kind: 'held',
  pin: async (topology, spec) => {
    const near = await resolveTarget(topology, spec.target);
    const paths = pathsBetween(near, await resolveOtherEnd(topology, spec, near));
    if (paths.length === 0) throw new UsageError('isolate: there is no link between the two ends: expected different hosts');
    return { hosts: near.map(({ name }) => name), paths };
  },
  inject: (topology, { paths }, ttlMs) => topology.router.block(paths, ttlMs),
  heal: (topology, { paths }) => topology.router.unblock(paths),
  effect: (topology, { paths }) => across(topology, paths, silent),
  gone: (topology, { paths }) => across(topology, paths, answering),
};

type Look = (topology: Topology, hosts: readonly string[], from: string) => Promise<Evidence>;

/** Asks over one blocked path of each near host, and over one from each far host, as far as hosts have something to ask. */
async function across(topology: Topology, paths: readonly Path[], look: Look): Promise<Evidence> {
  const usable = paths.filter(({ to }) => topology.host(to).aliveUrl !== undefined);
  const chosen = new Map<string, Path>();
  for (const path of usable) if (!chosen.has(path.from)) chosen.set(path.from, path);
  return all(await Promise.all([...chosen.values()].map(({ from, to }) => look(topology, [to], from))));
}
