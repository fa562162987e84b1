import pg from 'pg';
import { HoldfastError, UsageError, messageOf } from '../support/errors.ts';
import type { SitePlan } from './plan.ts';

/** One retransmission of a SYN is after 1 s; a promotion waits so long for a writer that is gone. */
const CONNECT_MS = 3_000;
/** Above the longest single statement, which compares a table. */
const QUERY_MS = 300_000;

/** A site whose database gave no answer: it is down, or cut off from here. */
export class Unreachable extends HoldfastError {}

/** Runs `use` with one connection to a site's database; an Unreachable where there is none, a UsageError where the server refuses the dsn. */
export async function withSite<T>(site: SitePlan, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: site.dsn,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    keepAlive: true,
    application_name: 'holdfast runbook',
  });
  const lost = new Promise<never>((_resolve, reject) => {
    client.on('error', (error) => reject(new Unreachable(`site ${site.name}: the connection to its database was lost`, { cause: error })));
  });
  lost.catch(() => undefined);
  try {
    await client.connect();
  } catch (error) {
    client.end().catch(() => undefined);
    throw refusal(site, error);
  }
  try {
    // one way of writing values at both sites; our own statements wait for no standby
    await client.query(
      `SET timezone = 'UTC'; SET datestyle = 'ISO'; SET extra_float_digits = 1; SET bytea_output = 'hex'; SET synchronous_commit = local`,
    );
    return await Promise.race([use(client), lost]);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The same, or undefined where the site's database gives no answer. */
export async function ifReachable<T>(site: SitePlan, use: (client: pg.Client) => Promise<T>): Promise<T | undefined> {
  try {
    return await withSite(site, use);
  } catch (error) {
    if (error instanceof Unreachable) return undefined;
    throw error;
  }
}

/* A server that answers and refuses is not a site that is lost: taking a wrong password for one would promote beside a living writer. */
function refusal({ name }: SitePlan, error: unknown): HoldfastError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const starting = code === '57P03' || code.startsWith('08');
  if (/^[0-9A-Z]{5}$/.test(code) && !starting)
    return new UsageError(`site ${name}: expected its dsn to be accepted; ${messageOf(error)}: correct it in the plan`, { cause: error });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new UsageError(`site ${name}: expected a host that can be found; ${messageOf(error)}: correct its dsn in the plan`);
  return new Unreachable(`site ${name}: its database gives no answer (${messageOf(error)})`);
}

/** An identifier as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL takes it. */
export function literal(text: string): string {
  return pg.escapeLiteral(text);
}

/** The only row of a query. */
export async function one<Row extends pg.QueryResultRow>(client: pg.Client, sql: string, values: unknown[] = []): Promise<Row> {
  const { rows } = await client.query<Row>(sql, values);
  const [row] = rows;
  if (row === undefined) throw new HoldfastError(`expected a row of "${sql}", came none`);
  return row;
}
