import pg from 'pg';
import { HoldfastError, UsageError, messageOf } from '../support/errors.ts';
import type { SitePlan } from './plan.ts';

/** One retransmission of a SYN is after 1 s; a promotion waits so long for a writer that is gone. */
const CONNECT_MS = 3_000;
/** Above the longest single statement, which compares a table. */
const QUERY_MS = 300_000;

/** Of all sessions of a database one may hold it: the runbook that is at work there. */
const RUNBOOK_LOCK = 4_865_233_067;
/** A runbook whose process was ended holds a database until the server has noticed: some ms, more on a busy machine. */
const LET_GO_MS = 2_000;
/** SQLSTATE lock_not_available. */
const LOCK_NOT_AVAILABLE = '55P03';

/** A site whose database gave no answer: it is down, or cut off from here. */
export class Unreachable extends HoldfastError {}

/** Connections that a runbook leaves open from one step to the next, by dsn: each costs a tenth of a second on a busy machine, in which nobody may write. */
const idle = new Map<string, pg.Client>();
/** Runbooks at work in this process; without one a connection ends with its use. */
let atWork = 0;

/** Runs `use` with one connection to a site's database; an Unreachable where there is none, a UsageError where the server refuses the dsn. */
export async function withSite<T>(site: SitePlan, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = (await takeIdle(site)) ?? (await opened(site));
  let onError: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    onError = (error) => reject(new Unreachable(`site ${site.name}: the connection to its database was lost`, { cause: error }));
  });
  lost.catch(() => undefined);
  client.on('error', onError);
  let isWhole = false;
  try {
    const result = await Promise.race([use(client), lost]);
    isWhole = true;
    return result;
  } finally {
    if (isWhole && atWork > 0 && !idle.has(site.dsn)) idle.set(site.dsn, client);
    else await client.end().catch(() => undefined);
    client.off('error', onError);
  }
}

/** A connection that an earlier step left, if its server still answers: a site may be lost between two steps, and a query would wait for minutes. */
async function takeIdle({ dsn }: SitePlan): Promise<pg.Client | undefined> {
  const client = idle.get(dsn);
  idle.delete(dsn);
  if (client === undefined) return undefined;
  try {
    await client.query({ text: 'SELECT 1', query_timeout: CONNECT_MS } as pg.QueryConfig);
    return client;
  } catch {
    client.end().catch(() => undefined);
    return undefined;
  }
}

async function opened(site: SitePlan): Promise<pg.Client> {
  const client = await connected(site);
  // one way of writing values at both sites; our own statements wait for no standby
  await client.query(
    `SET timezone = 'UTC'; SET datestyle = 'ISO'; SET extra_float_digits = 1; SET bytea_output = 'hex'; SET synchronous_commit = local`,
  );
  return client;
}

/** Does the work of a runbook while it holds databases of sites. */
export async function holding<T>(sites: readonly SitePlan[], work: () => Promise<T>): Promise<T> {
  const held: { letGo: () => Promise<void> }[] = [];
  atWork += 1;
  try {
    for (const site of sites) held.push(await holdSite(site));
    return await work();
  } finally {
    atWork -= 1;
    await Promise.all(held.map(({ letGo }) => letGo()));
    if (atWork === 0) {
      await Promise.all([...idle.values()].map((client) => client.end().catch(() => undefined)));
      idle.clear();
    }
  }
}

/**
 * Holds a site's database for one runbook until it is let go, or that runbook's process has ended: others may have been started elsewhere, with
 * journals of their own. A UsageError where it is held already.
 */
export async function holdSite(site: SitePlan): Promise<{ letGo: () => Promise<void> }> {
  const client = await connected(site);
  // the server lets go of a machine that is gone after 15 s, not after the two hours of its system
  await client.query(
    `SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 2; SET lock_timeout = ${LET_GO_MS}`,
  );
  const letGo = (): Promise<void> => client.end().catch(() => undefined);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [RUNBOOK_LOCK]);
    return { letGo };
  } catch (error) {
    await letGo();
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
    throw new UsageError(
      `site ${site.name}: another runbook is at work there: expected none; wait for its end, or end it where it was started`,
    );
  }
}

async function connected(site: SitePlan): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: site.dsn,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    keepAlive: true,
    application_name: 'holdfast runbook',
  });
  // whoever needs it finds out by himself that it is lost
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.end().catch(() => undefined);
    throw refusal(site, error);
  }
}

/** As withSite, or undefined where the site's database gives no answer. */
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
