import type { SweepOrder } from '../load/k6.ts';
import type { ReferenceState, Topology } from '../topology/model.ts';

/**
 * Who is to answer for every acknowledged element once the load has ended: the primary and each replica that runs, by each site that the load balancer
 * leads to. Where it leads reads to both sites whatever they ask for, a read of the primary comes to the other site as well, and is refused there: every
 * database is asked as a replica then. Undefined where that cannot be asked now: what nobody answered for shows in the record.
 */
export async function sweepOrder(topology: Topology, { routing }: Pick<ReferenceState, 'routing'>): Promise<SweepOrder | undefined> {
  const [copies, backends] = await Promise.all([topology.database.copies(), topology.balancer.backends()]).catch(() => []);
  if (copies === undefined || backends === undefined) return undefined;
  const serves = (site: string): boolean =>
    Object.entries(backends).some(([server, status]) => server.startsWith(`${site}/`) && status === 'UP');
  const up = topology.sites.map(({ name }) => name).filter(serves);
  const sites = routing === 'active-passive' ? up.slice(0, 1) : up;
  const running = copies.filter((copy) => copy.running);
  const siteOf = (copy: string): string => topology.host(copy).site ?? '';
  // where each site has a database of its own it asks that one, for the primary too: only the writer's site has one
  const asks = (site: string, copy: string): boolean => topology.pattern === 'recommended' || siteOf(copy) === site;
  const pairs = (of: readonly { name: string }[]): [string, string][] =>
    sites.flatMap((site) => of.filter(({ name }) => asks(site, name)).map(({ name }): [string, string] => [site, name]));
  const replicas = topology.pattern === 'recommended' ? running.filter(({ role }) => role === 'replica') : running;
  return {
    asks: [
      { role: 'primary' as const, pairs: routing === 'reads-at-both' ? [] : pairs(running.filter(({ role }) => role === 'primary')) },
      { role: 'replica' as const, pairs: pairs(replicas) },
    ].filter((ask) => ask.pairs.length > 0),
  };
}
