import { UsageError } from '../support/errors.ts';
import type { Impairment, Mechanism, Path, Topology } from '../topology/model.ts';
import {
  NAMED_ENDS,
  type Asked,
  type Direction,
  type Evidence,
  type Fault,
  type FaultOption,
  type FaultSpec,
  type Pinned,
  type Target,
} from './fault.ts';
import { all } from './probes.ts';
import { pathsBetween, resolveOtherEnd, resolveTarget } from './targets.ts';

/** The two ends of a network fault are its target and this. */
export type OtherEnd = NonNullable<FaultSpec['from']>;

export interface NetworkOptions {
  /** packets that are hit, seen from the target; default: both ways */
  direction?: Direction;
  allowTotalLoss?: boolean;
}

/** A network fault as a scenario asks for it. */
export function between(
  fault: string,
  ends: { target: Target; from: OtherEnd },
  options: NetworkOptions & Pick<FaultSpec, 'line'>,
): FaultSpec {
  return { fault, ...ends, ...options };
}

/** Of what a person said, what every network fault takes. */
export function networkOptions({ direction, allowTotalLoss }: Asked): NetworkOptions {
  return { ...(direction === undefined ? {} : { direction }), ...(allowTotalLoss === undefined ? {} : { allowTotalLoss }) };
}

/** How one network fault differs from the others. */
export interface NetworkFault {
  name: string;
  /** mechanisms beside the packet filter, which every network fault uses */
  needs?: readonly Mechanism[];
  /** options beside those of every network fault */
  takes?: readonly FaultOption[];
  /** it cannot hit one direction alone */
  bothWays?: true;
  asked: (by: Asked & { from: OtherEnd }) => FaultSpec;
  impairment: (spec: FaultSpec) => Impairment;
  /** looks over the impaired paths: does it show? */
  effect: (topology: Topology, pinned: Pinned) => Promise<Evidence>;
  gone: (topology: Topology, pinned: Pinned) => Promise<Evidence>;
}

/** A held fault on the paths between two sets of hosts; the router ends it with its lease, whoever lives. */
export function networkFault({ name, needs = [], takes = [], bothWays, asked, impairment, effect, gone }: NetworkFault): Fault {
  return {
    name,
    kind: 'held',
    needs: ['packet filter', ...needs],
    takes: ['from', ...(bothWays === true ? [] : (['direction'] as const)), 'allowTotalLoss', ...takes],
    asked: ({ from, ...rest }) => {
      if (from === undefined)
        throw new UsageError(`${name}: expected "from", the other end: ${NAMED_ENDS.join(', ')}, or a target; came none`);
      return asked({ ...rest, from });
    },
    pin: async (topology, spec) => {
      const near = await resolveTarget(topology, spec.target);
      const paths = pathsBetween(near, await resolveOtherEnd(topology, spec, near), spec.direction);
      if (paths.length === 0) throw new UsageError(`${name}: there is no link between the two ends: expected different hosts`);
      if (impairment(spec).kind === 'line') await refuseSecondLine(topology, name, paths);
      return { hosts: near.map(({ name: host }) => host), paths, impairment: impairment(spec) };
    },
    inject: (topology, { paths, impairment: pinned = { kind: 'drop' } }, ttlMs) => topology.router.impair(paths, pinned, ttlMs),
    heal: (topology, { paths, impairment: pinned = { kind: 'drop' } }) => topology.router.mend(paths, pinned.kind),
    effect,
    steady: gone,
    gone: (topology, pinned) => goneWhereAsked(topology, pinned, gone),
    lasts: async (topology, { paths, impairment: pinned = { kind: 'drop' } }) => {
      const now = await topology.router.impaired();
      const missing = paths.filter(
        ({ from, to }) => !now.some((path) => path.kind === pinned.kind && path.idle !== true && path.from === from && path.to === to),
      );
      const words = missing.map(({ from, to }) => `${from} to ${to}`).join(', ');
      return { seen: missing.length === 0, what: missing.length === 0 ? 'every path is impaired' : `not impaired any more: ${words}` };
    },
  };
}

/** Whether a fault is over: as its hosts see it, and on paths with an end that another fault keeps from answering, as the router says. */
async function goneWhereAsked(topology: Topology, pinned: Pinned, gone: NetworkFault['gone']): Promise<Evidence> {
  const quiet = await quietHosts(topology, [...new Set(pinned.paths.flatMap(({ from, to }) => [from, to]))]);
  const isQuiet = ({ from, to }: Path): boolean => quiet.has(from) || quiet.has(to);
  const asked = pinned.paths.filter((path) => !isQuiet(path));
  if (asked.length === pinned.paths.length) return gone(topology, pinned);
  const left = (await topology.router.impaired()).filter(
    ({ from, to, kind, idle }) =>
      idle !== true &&
      kind === pinned.impairment?.kind &&
      pinned.paths.some((path) => path.from === from && path.to === to && isQuiet(path)),
  );
  const why = [...quiet].map(([host, state]) => `${host} is ${state}`).join(', ');
  const words =
    left.length === 0 ? 'impairs no packet there any more' : `still impairs ${left.map(({ from, to }) => `${from} to ${to}`).join(', ')}`;
  const router: Evidence = { seen: left.length === 0, what: `${why}: nobody there to ask; the router ${words}` };
  return asked.length === 0 ? router : all([await gone(topology, { ...pinned, paths: asked }), router]);
}

/** Those of some hosts that are off or frozen, with their state: a boot or a thaw is the end of another fault, and may come later. */
async function quietHosts(topology: Topology, hosts: readonly string[]): Promise<Map<string, string>> {
  const states = await Promise.all(hosts.map(async (host) => [host, await topology.host(host).state()] as const));
  return new Map(states.filter(([, state]) => state !== 'running'));
}

/* A path has one line: a second would take the first one's place, and nobody would see that it is gone. */
async function refuseSecondLine(topology: Topology, name: string, paths: readonly Path[]): Promise<void> {
  const lines = (await topology.router.impaired()).filter(({ kind, idle }) => kind === 'line' && idle !== true);
  const taken = lines.find(({ from, to }) => paths.some((path) => path.from === from && path.to === to));
  if (taken === undefined) return;
  throw new UsageError(
    `${name}: packets from ${taken.from} to ${taken.to} are delayed, lost or slowed down by another fault: expected it to be over, or other hosts`,
  );
}

/** One impaired path from each host at either end, as far as the other end has something to ask; `bothWays` also against the direction of the packets that are hit, for what the answers suffer. */
export function lookedAt({ topology, paths, bothWays }: { topology: Topology; paths: readonly Path[]; bothWays: boolean }): Path[] {
  const chosen = new Map<string, Path>();
  for (const path of bothWays ? paths.flatMap((path) => [path, { from: path.to, to: path.from }]) : paths) {
    if (topology.host(path.to).aliveUrl !== undefined && !chosen.has(path.from)) chosen.set(path.from, path);
  }
  return [...chosen.values()];
}

/** The same look along several paths as one: seen only if all saw, and if there was one. */
export async function along(paths: readonly Path[], look: (path: Path) => Promise<Evidence>): Promise<Evidence> {
  if (paths.length === 0) return { seen: false, what: 'nothing to ask at either end' };
  return all(await Promise.all(paths.map(look)));
}
