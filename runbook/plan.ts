import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError, messageOf } from '../support/errors.ts';

/** Where one site's database is. */
export interface SitePlan {
  name: string;
  /** of a superuser, as this command reaches it */
  dsn: string;
  /** as the database of the other site reaches it */
  replicationDsn: string;
}

/** A peer that confirms nothing for so long is gone; as wal_sender_timeout is recommended; ms. */
const GONE_MS = 5_000;

/** Sends all traffic to a site; rejects when that failed. */
export type SendTraffic = (site: string) => Promise<void>;

/** What a runbook works on: two sites, each with a database of its own, one of which writes. */
export interface Plan {
  sites: readonly [SitePlan, SitePlan];
  /** the role that the platform connects as; it is made read-only where it must not write */
  role: string;
  publication: string;
  /** name of the subscription, of its slot, and of the standby that the writing site waits for */
  subscription: string;
  /** a commit waits for the other site */
  synchronous: boolean;
  /** sends all traffic to a site: a command, "{site}" in its arguments being the name, or a function; it may be called again */
  balancer: readonly string[] | SendTraffic;
  /** what was done, a line of JSON each */
  journal: string;
  /** folder for rows that only a site had that is rebuilt */
  kept: string;
  /** how long the tail of a fenced writer may take to arrive; s */
  tailSeconds: number;
  /** how long a site may take to be filled and to catch up; s */
  rebuildSeconds: number;
  /** numbers that a sequence skips after a promotion, for those given out by the old writer whose rows never arrived */
  sequenceGap: number;
}

const DEFAULTS = { role: 'platform', publication: 'mintpress', subscription: 'mintpress', synchronous: false } as const;
const NUMBERS = {
  tailSeconds: { otherwise: 30, least: 1, most: 3600 },
  rebuildSeconds: { otherwise: 600, least: 1, most: 86_400 },
  sequenceGap: { otherwise: 1000, least: 0, most: 1_000_000_000 },
} as const;
const TEXTS = ['role', 'publication', 'subscription'] as const;
const KNOWN = [...TEXTS, ...Object.keys(NUMBERS), 'sites', 'synchronous', 'balancer', 'journal', 'kept'];

/** Reads and checks a plan; paths in it are relative to its folder. A UsageError names the field, what was expected and what came. */
export function readPlan(path: string): Plan {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`plan ${path}: expected a readable file; ${messageOf(error)}`);
  }
  try {
    return planFrom(JSON.parse(text), dirname(resolve(path)));
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`plan ${path}: ${error.message}`);
    throw new UsageError(`plan ${path}: expected JSON; ${messageOf(error)}`);
  }
}

/** A plan from what JSON said; `folder` is what its paths are relative to, `sendTraffic` takes the place of the command. */
export function planFrom(value: unknown, folder: string, sendTraffic?: SendTraffic): Plan {
  const given = objectOf(value, 'the plan');
  refuseUnknown(given, KNOWN, 'the plan');
  const text = (key: (typeof TEXTS)[number]): string => identifierOf(given[key] ?? DEFAULTS[key], key);
  const number = (key: keyof typeof NUMBERS): number => numberOf(given[key], key);
  return {
    sites: sitesOf(given.sites),
    role: text('role'),
    publication: text('publication'),
    subscription: text('subscription'),
    synchronous: booleanOf(given.synchronous ?? DEFAULTS.synchronous, 'synchronous'),
    balancer: sendTraffic ?? commandOf(given.balancer),
    journal: resolve(folder, textOf(given.journal ?? 'runbook.jsonl', 'journal')),
    kept: resolve(folder, textOf(given.kept ?? 'kept', 'kept')),
    tailSeconds: number('tailSeconds'),
    rebuildSeconds: number('rebuildSeconds'),
    sequenceGap: number('sequenceGap'),
  };
}

/** The site of that name and the other one. */
export function siteAndOther({ sites }: Plan, name: string): { site: SitePlan; other: SitePlan } {
  const site = sites.find((one) => one.name === name);
  const other = sites.find((one) => one.name !== name);
  if (site === undefined || other === undefined)
    throw new UsageError(`unknown site "${name}": expected ${sites.map((one) => one.name).join(' or ')}`);
  return { site, other };
}

function sitesOf(value: unknown): [SitePlan, SitePlan] {
  const named = Object.entries(objectOf(value, 'sites')).map(([name, one]): SitePlan => {
    const site = objectOf(one, `sites.${name}`);
    refuseUnknown(site, ['dsn', 'replicationDsn'], `sites.${name}`);
    const dsn = dsnOf(site.dsn, `sites.${name}.dsn`);
    return { name, dsn, replicationDsn: bounded(dsnOf(site.replicationDsn ?? dsn, `sites.${name}.replicationDsn`)) };
  });
  const [first, second, ...more] = named;
  if (first === undefined || second === undefined || more.length > 0)
    throw new UsageError(`sites: expected two, came ${named.length === 0 ? 'none' : named.map(({ name }) => name).join(', ')}`);
  if (first.dsn === second.dsn) throw new UsageError(`sites: expected two databases, ${first.name} and ${second.name} have the same dsn`);
  return [first, second];
}

/**
 * A source of a subscription whose connection ends when nothing is confirmed for 5 s; one that has such a bound is left as it is. Without it a
 * follower that was connecting while its writer came back waits for two minutes (net.ipv4.tcp_syn_retries), for its packets go on to the address
 * that the writer's pod had before; and with it every commit. libpq's connect_timeout does not bound a subscription.
 */
export function bounded(dsn: string): string {
  if (/[?&]tcp_user_timeout=/.test(dsn)) return dsn;
  return `${dsn}${dsn.includes('?') ? '&' : '?'}tcp_user_timeout=${GONE_MS}`;
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UsageError(`${what}: expected an object, came ${JSON.stringify(value) ?? 'nothing'}`);
}

function refuseUnknown(given: Record<string, unknown>, known: readonly string[], what: string): void {
  const unknown = Object.keys(given).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new UsageError(`${what}: unknown ${unknown.join(', ')}; expected some of ${known.join(', ')}`);
}

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new UsageError(`${what}: expected a text, came ${JSON.stringify(value) ?? 'nothing'}`);
}

/* Slots take no other characters; the rest follows for simplicity. */
function identifierOf(value: unknown, what: string): string {
  const text = textOf(value, what);
  if (/^[a-z][a-z0-9_]{0,62}$/.test(text)) return text;
  throw new UsageError(`${what}: expected a letter and up to 62 of a–z, 0–9 and "_", came ${JSON.stringify(text)}`);
}

function booleanOf(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new UsageError(`${what}: expected true or false, came ${JSON.stringify(value)}`);
}

function dsnOf(value: unknown, what: string): string {
  const text = textOf(value, what);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^postgres(ql)?:$/.test(url.protocol) && url.hostname !== '' && url.pathname.length > 1) return text;
  // what came may hold a password
  throw new UsageError(`${what}: expected "postgres://user:password@host:port/database"`);
}

function commandOf(value: unknown): string[] {
  if (Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string')) {
    if (value.some((part: string) => part.includes('{site}'))) return value;
  }
  throw new UsageError(
    `balancer: expected a command and its arguments, one of which holds "{site}", came ${JSON.stringify(value) ?? 'nothing'}`,
  );
}

function numberOf(value: unknown, key: keyof typeof NUMBERS): number {
  const { otherwise, least, most } = NUMBERS[key];
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`${key}: expected a whole number from ${least} to ${most}, came ${JSON.stringify(value)}`);
}
