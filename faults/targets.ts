import { UsageError } from '../support/errors.ts';
import type { Host, Path, Site, Topology } from '../topology/model.ts';
import type { Direction, FaultSpec, Pinned, Role, Target } from './fault.ts';

/** Hosts behind a target now; a UsageError when there is none. */
export async function resolveTarget(topology: Topology, target: Target): Promise<Host[]> {
  switch (target.kind) {
    case 'host':
      return [topology.host(target.name)];
    case 'hosts':
      return target.names.map((name) => topology.host(name));
    case 'site':
      return [...topology.site(target.name).nodes];
    case 'role':
      return hostsOfRole(topology, target.role);
  }
}

/** The site that a fault is asked for; a UsageError when its target is something else. */
export function siteAsked(topology: Topology, { fault, target }: FaultSpec): Site {
  if (target.kind !== 'site') throw new UsageError(`${fault}: expected a site as its target, came ${describeTarget(target)}`);
  return topology.site(target.name);
}

/** The site of the nodes that a fault was pinned to. */
export function siteOf(topology: Topology, { hosts: [node = ''] }: Pinned): Site {
  return topology.site(topology.host(node).site ?? '');
}

/** Every link between two sets of hosts, in both directions or one, seen from the first set. */
export function pathsBetween(some: readonly Host[], others: readonly Host[], direction: Direction = 'both'): Path[] {
  return some.flatMap((one) =>
    others
      .filter((other) => other.name !== one.name)
      .flatMap((other) => [
        ...(direction === 'in' ? [] : [{ from: one.name, to: other.name }]),
        ...(direction === 'out' ? [] : [{ from: other.name, to: one.name }]),
      ]),
  );
}

/** The other end of a network fault. "Everything" never includes the observer; the runner is no host. */
export async function resolveOtherEnd(topology: Topology, spec: FaultSpec, near: readonly Host[]): Promise<Host[]> {
  const far = await hostsAtOtherEnd(topology, spec, near);
  const watcher = far.find(({ role }) => role === 'observer');
  if (watcher !== undefined) throw new UsageError(`${spec.fault} from ${watcher.name} is refused: it watches the run`);
  return far;
}

async function hostsAtOtherEnd(topology: Topology, spec: FaultSpec, near: readonly Host[]): Promise<Host[]> {
  const names = new Set(near.map(({ name }) => name));
  const outside = topology.hosts.filter((host) => !names.has(host.name) && host.role !== 'observer');
  switch (spec.from) {
    case undefined:
    case 'everything':
      return outside;
    case 'database':
      return outside.filter(({ role }) => role === 'database' || role === 'database-endpoint' || role === 'dcs');
    case 'standbys':
      return topology.database.standbys();
    default:
      return resolveTarget(topology, spec.from);
  }
}

/** What a person calls a target. */
export function describeTarget(target: Target): string {
  switch (target.kind) {
    case 'role':
      return `the ${target.role}`;
    case 'site':
      return `site ${target.name}`;
    case 'hosts':
      return target.names.join(', ');
    case 'host':
      return target.name;
  }
}

/** Refuses a fault that would take the last healthy site, or a host that watches the run. */
export async function checkAllowed(topology: Topology, spec: FaultSpec, hosts: readonly Host[]): Promise<void> {
  const watcher = hosts.find(({ role }) => role === 'observer' || role === 'client');
  if (watcher !== undefined)
    throw new UsageError(
      `${spec.fault} on ${watcher.name} is refused: it ${watcher.role === 'client' ? 'makes the load' : 'watches the run'}`,
    );
  const hit = new Set(hosts.map(({ name }) => name));
  const untouched = topology.sites.filter((site) => !site.nodes.some(({ name }) => hit.has(name)));
  if (untouched.length === topology.sites.length || spec.allowTotalLoss === true) return;
  const lacks = await Promise.all(untouched.map((site) => site.lack()));
  if (!lacks.includes(undefined)) {
    throw new UsageError(
      `${spec.fault} on ${describeTarget(spec.target)} is refused: it would take the last healthy site; say allowTotalLoss (--allow-total-loss) if that is meant`,
    );
  }
}

async function hostsOfRole(topology: Topology, role: Role): Promise<Host[]> {
  switch (role) {
    case 'primary':
      return [await topology.database.primary()];
    case 'sync-standby': {
      const standby = (await topology.database.copies()).find(({ sync }) => sync);
      if (standby === undefined) throw new UsageError('no synchronous standby now: expected one as the target of the fault');
      return [topology.host(standby.name)];
    }
    case 'copies':
      return [...topology.database.hosts];
    case 'dcs':
      return topology.hosts.filter((host) => host.role === 'dcs');
    case 'balancer':
      return [topology.balancer.host];
  }
}
