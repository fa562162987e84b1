import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../support/errors.ts';
import { whyNoDsn } from './dsn.ts';

/** Where one site's database is. */
export interface SitePlan {
  name: string;
  /** of a superuser, as this command reaches it */
  dsn: string;
  /** as the database of the other site reaches it, by a role of the person's own; otherwise made of `dsn` and a role for nothing else */
  replicationDsn?: string;
  /** a file with passwords (libpq's "passfile") at the server of the other site, for the connection to this one */
  replicationPassfile?: string;
}

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

/* Every message says what is expected; what came may hold a password or a token, and is told by its kind alone. */
const text = z.string('expected a text').min(1, 'expected a text');
/* Slots take no other characters; the rest follows for simplicity. */
const identifier = z
  .string('expected a letter and up to 62 of a–z, 0–9 and "_"')
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected a letter and up to 62 of a–z, 0–9 and "_"');
const dsn = z.string('expected "postgres://user:password@host:port/database"').superRefine((value, context) => {
  const why = whyNoDsn(value);
  if (why !== undefined) context.addIssue({ code: 'custom', message: why });
});
const whole = (otherwise: number, least: number, most: number): z.ZodDefault<z.ZodNumber> => {
  const expected = `expected a whole number from ${least} to ${most}`;
  return z.number(expected).int(expected).min(least, expected).max(most, expected).default(otherwise);
};
const BALANCER = 'expected a command and its arguments, one of which holds "{site}"';
const command = z
  .array(
    z.string(BALANCER).refine((part) => !part.includes('\0'), BALANCER),
    BALANCER,
  )
  .min(1, BALANCER)
  .refine((parts) => parts.some((part) => part.includes('{site}')), BALANCER);
const site = z.strictObject({ dsn, replicationDsn: dsn.optional(), replicationPassfile: text.optional() }, { error: kindOfObject });
const SITE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

const fields = {
  sites: z.record(z.string(), site, { error: kindOfObject }),
  role: identifier.default('platform'),
  publication: identifier.default('mintpress'),
  subscription: identifier.default('mintpress'),
  synchronous: z.boolean('expected true or false').default(false),
  journal: text.default('runbook.jsonl'),
  kept: text.default('kept'),
  tailSeconds: whole(30, 1, 3600),
  rebuildSeconds: whole(600, 1, 86_400),
  sequenceGap: whole(1000, 0, 1_000_000_000),
};
const withCommand = z.strictObject({ ...fields, balancer: command }, { error: kindOfObject });
const withFunction = z.strictObject(fields, { error: kindOfObject });

/** Reads and checks a plan; paths in it are relative to its folder. A UsageError names the field and what was expected, and shows no value. */
export function readPlan(path: string): Plan {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`plan ${path}: expected a readable file; ${code ?? 'it cannot be read'}`);
  }
  try {
    return planFrom(parsed(content), dirname(resolve(path)));
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`plan ${path}: ${error.message}`);
    throw error;
  }
}

/** A plan from what JSON said; `folder` is what its paths are relative to, `sendTraffic` takes the place of the command. */
export function planFrom(value: unknown, folder: string, sendTraffic?: SendTraffic): Plan {
  const { sites, journal, kept, ...rest } = sendTraffic === undefined ? checked(withCommand, value) : checked(withFunction, value);
  return {
    ...rest,
    sites: pairOf(sites),
    balancer: sendTraffic ?? (rest as z.infer<typeof withCommand>).balancer,
    journal: resolve(folder, journal),
    kept: resolve(folder, kept),
  };
}

/** The site of that name and the other one. */
export function siteAndOther({ sites }: Plan, name: string): { site: SitePlan; other: SitePlan } {
  const site = sites.find((one) => one.name === name);
  const other = sites.find((one) => one.name !== name);
  if (site === undefined || other === undefined)
    throw new UsageError(`unknown site${SITE_NAME.test(name) ? ` "${name}"` : ''}: expected ${sites.map((one) => one.name).join(' or ')}`);
  return { site, other };
}

/* JSON.parse shows the text around an error, which may be a password. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    throw new UsageError('expected JSON; see what "python3 -m json.tool" says of it');
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw new UsageError(result.error.issues.map(inWords).join('; '));
}

function inWords(issue: z.core.$ZodIssue): string {
  const where = issue.path.length === 0 ? 'the plan' : issue.path.map((part) => shown(String(part))).join('.');
  if (issue.code === 'unrecognized_keys') return `${where}: unknown ${issue.keys.map(shown).join(', ')}`;
  return `${where}: ${issue.message}, got ${kindOf(issue.input)}`;
}

/** A name, unless it may be a value that stands in the wrong place. */
function shown(name: string): string {
  return SITE_NAME.test(name) && name.length < 30 ? name : 'a field whose name is not shown here';
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'a text';
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'boolean' ? 'truth value' : typeof value}`;
}

/* An object that has fields too many is told of them; for zod's own words "invalid_type" is enough. */
function kindOfObject({ code }: { code?: string }): string | undefined {
  return code === 'invalid_type' ? 'expected an object' : undefined;
}

function pairOf(sites: Record<string, z.infer<typeof site>>): [SitePlan, SitePlan] {
  const named = Object.entries(sites).map(([name, one]): SitePlan => {
    const { replicationDsn, replicationPassfile } = one;
    return {
      name,
      dsn: one.dsn,
      ...(replicationDsn === undefined ? {} : { replicationDsn }),
      ...(replicationPassfile === undefined ? {} : { replicationPassfile }),
    };
  });
  if (named.some(({ name }) => !SITE_NAME.test(name)))
    throw new UsageError('sites: expected names of letters, digits, "_", "." and "-"; one that is another is not shown here');
  const [first, second, ...more] = named;
  if (first === undefined || second === undefined || more.length > 0)
    throw new UsageError(`sites: expected two, got ${named.length === 0 ? 'none' : named.map(({ name }) => name).join(', ')}`);
  if (first.dsn === second.dsn) throw new UsageError(`sites: expected two databases, ${first.name} and ${second.name} have the same dsn`);
  return [first, second];
}
