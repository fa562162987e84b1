import { randomInt } from 'node:crypto';
import type { Impairment, Path } from '../model.ts';
import { inNamespace, nft, routerNamespace } from './network.ts';
import type { Lab } from './store.ts';
import { endWires, startWire, wireLives } from './wires.ts';

type Kind = Impairment['kind'];
type Impaired = Path & { kind: Kind; idle?: true };

/** Where the router keeps which paths; elements time out in the kernel. */
const sets = { drop: 'dropped', reset: 'refused', forget: 'forgotten', line: 'lines' } as const satisfies Record<Kind, string>;
/** Those of which each path has a number: of its line, or of the connections that are remembered on it. */
const maps: readonly Kind[] = ['forget', 'line'];

/** Makes the router's rules, in place of what an earlier version made; those that are there are left as they are. */
export async function ensureRules(lab: Lab): Promise<void> {
  const there = await inNamespace(routerOf(lab), ['nft', 'list', 'map', 'inet', 'holdfast', sets.forget]).then(
    () => true,
    () => false,
  );
  if (!there) await nft(routerOf(lab), `table inet holdfast {}\ndelete table inet holdfast\n${rules(lab)}`);
}

/** Impairs paths until `ttlMs` has passed; those impaired in that way already get the new end, in the same transaction. */
export async function impairPaths(
  lab: Lab,
  paths: readonly Path[],
  { impairment, ttlMs }: { impairment: Impairment; ttlMs: number },
): Promise<void> {
  if (paths.length === 0) return;
  const { kind } = impairment;
  // an element of a set can be added again as it is; one of a map only with the number that it has
  const known = maps.includes(kind) ? await elementsOf(lab, kind) : paths.map((path) => ({ path }));
  const data = dataOf(await numberFor(lab, impairment, ttlMs));
  await nft(
    routerOf(lab),
    [
      ...deletions(lab, kind, { elements: known, paths }),
      ...paths.map((path) => `add element inet holdfast ${sets[kind]} { ${keyOf(lab, path)} timeout ${Math.ceil(ttlMs)}ms${data} }`),
    ].join('\n'),
  );
  // lines that these paths were on before
  if (kind === 'line') await endUnusedWires(lab);
}

/** What the router keeps with each path in a map. */
async function numberFor(lab: Lab, impairment: Impairment, ttlMs: number): Promise<number | undefined> {
  switch (impairment.kind) {
    case 'line':
      return startWire(lab, impairment, ttlMs);
    case 'forget':
      return randomInt(1, 2 ** 31);
    default:
      return undefined;
  }
}

function dataOf(number: number | undefined): string {
  return number === undefined ? '' : ` : ${number}`;
}

/** Ends impairments of one kind, as far as they have not ended by themselves. */
export async function mendPaths(lab: Lab, paths: readonly Path[], kind: Kind): Promise<void> {
  const lines = deletions(lab, kind, { elements: await elementsOf(lab, kind), paths });
  if (lines.length > 0) await nft(routerOf(lab), lines.join('\n'));
  if (kind === 'line') await endUnusedWires(lab);
}

/** What the router impairs now. */
export async function impairedPaths(lab: Lab): Promise<Impaired[]> {
  const listed = await list(lab, ['table', 'inet', 'holdfast']);
  return (Object.keys(sets) as Kind[]).flatMap((kind) =>
    elementsIn(lab, kind, listed).map(({ path, number }) => ({
      ...path,
      kind,
      ...(kind !== 'line' || number === undefined || wireLives(lab, number) ? {} : { idle: true as const }),
    })),
  );
}

/*
 * A path is known by the device at which a packet comes in, and by the number of the host whose address it carries: a packet must be known
 * before it is routed, so that it can be sent through a line. What a line gives back comes in by the line's own device, and is on no path.
 *
 * A forgotten path is one with a firewall that has just started: it knows the connections whose first segment it saw, and drops the rest. Each
 * start has a number, so that what an earlier one remembered is worth nothing; it is kept for longer than any lease.
 */
function rules(lab: Lab): string {
  const numbers = lab.plan.hosts.flatMap((host) =>
    [host.address, host.podRange].flatMap((range) => (range === undefined ? [] : [`${range} : ${numberOf(lab, host.name)}`])),
  );
  return `
table inet holdfast {
  map numbers { type ipv4_addr : mark; flags interval; elements = { ${numbers.join(', ')} } }
  set ${sets.drop} { type ifname . mark; flags timeout; }
  set ${sets.reset} { type ifname . mark; flags timeout; }
  map ${sets.forget} { type ifname . mark : mark; flags timeout; }
  set remembered {
    typeof meta mark . ip saddr . tcp sport . ip daddr . tcp dport
    flags dynamic, timeout; size 65536; timeout 1h;
  }
  map ${sets.line} { type ifname . mark : mark; flags timeout; }
  chain remember {
    meta mark . ip daddr . tcp dport . ip saddr . tcp sport @remembered return
    tcp flags & (fin | syn | rst | ack) == syn add @remembered { meta mark . ip saddr . tcp sport . ip daddr . tcp dport }
    meta mark . ip saddr . tcp sport . ip daddr . tcp dport @remembered return
    drop
  }
  chain refuse {
    meta l4proto tcp reject with tcp reset
    reject
  }
  chain arriving {
    type filter hook prerouting priority mangle; policy accept;
    meta mark set ip daddr map @numbers
    iifname . meta mark @${sets.drop} drop
    iifname . meta mark @${sets.reset} goto refuse
    meta l4proto tcp meta mark set iifname . meta mark map @${sets.forget} jump remember
    meta mark set ip daddr map @numbers
    meta mark set iifname . meta mark map @${sets.line} accept
    meta mark set 0
  }
}`;
}

interface Element {
  path: Path;
  /** where the router keeps it in a map */
  number?: number;
}

/** What nft says of sets and maps. */
type Listed = Partial<Record<'map' | 'set', { name: string; elem?: unknown[] }>>[];

async function list(lab: Lab, what: string[]): Promise<Listed> {
  const text = await inNamespace(routerOf(lab), ['nft', '-j', 'list', ...what]);
  return (JSON.parse(text) as { nftables: Listed }).nftables;
}

async function elementsOf(lab: Lab, kind: Kind): Promise<Element[]> {
  return elementsIn(lab, kind, await list(lab, [typeOf(kind), 'inet', 'holdfast', sets[kind]]));
}

function elementsIn(lab: Lab, kind: Kind, listed: Listed): Element[] {
  const entries = listed.map((entry) => entry[typeOf(kind)]).filter((entry) => entry?.name === sets[kind]);
  return entries
    .flatMap((entry) => entry?.elem ?? [])
    .flatMap((element) => {
      const [key, number] = Array.isArray(element) ? (element as [unknown, number]) : [element, undefined];
      const { concat } = ((key as { elem?: { val: unknown } }).elem?.val ?? key) as { concat: [string, number] };
      const to = lab.plan.hosts[concat[1] - 1]?.name;
      if (to === undefined) return [];
      return [{ path: { from: concat[0], to }, ...(number === undefined ? {} : { number }) }];
    });
}

/** Deletes elements; each is added first, since one that timed out meanwhile could not be deleted. */
function deletions(lab: Lab, kind: Kind, { elements, paths }: { elements: readonly Element[]; paths: readonly Path[] }): string[] {
  const meant = new Set(paths.map((path) => keyOf(lab, path)));
  return elements
    .filter(({ path }) => meant.has(keyOf(lab, path)))
    .flatMap(({ path, number }) => {
      const data = dataOf(number);
      const of = `inet holdfast ${sets[kind]}`;
      return [`add element ${of} { ${keyOf(lab, path)} timeout 1h${data} }`, `delete element ${of} { ${keyOf(lab, path)}${data} }`];
    });
}

async function endUnusedWires(lab: Lab): Promise<void> {
  const used = new Set((await elementsOf(lab, 'line')).map(({ number }) => number));
  await endWires(lab, (line) => !used.has(line));
}

function typeOf(kind: Kind): 'map' | 'set' {
  return maps.includes(kind) ? 'map' : 'set';
}

function keyOf(lab: Lab, { from, to }: Path): string {
  return `"${from}" . ${numberOf(lab, to)}`;
}

function numberOf(lab: Lab, host: string): number {
  return lab.plan.hosts.findIndex(({ name }) => name === host) + 1;
}

function routerOf(lab: Lab): string {
  return routerNamespace(lab.record.name);
}
