import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { HoldfastError, UsageError } from '../support/errors.ts';
import { ConnectionsTaken, refusal, Unreachable, Untold } from './lost.ts';
import type { SitePlan } from './plan.ts';

/** One retransmission of a SYN is after 1 s; a promotion waits so long for a writer that is gone. */
const CONNECT_MS = 3_000;
/** Sessions that hold a server's last connections may end by themselves within this; ms. */
const CONNECTIONS_MS = 10_000;
/** Above the longest single statement, which compares a table. */
const QUERY_MS = 300_000;
/** A statement that waits so long for a lock of somebody else fails, and the run goes back; ms. */
const LOCK_MS = 10_000;
/** A server that answers says good-bye within this; another one is left; ms. */
const END_MS = 1_000;

/** Of all sessions of a database one may hold it: the runbook that is at work there. */
const RUNBOOK_LOCK = 4_865_233_067;
/** A runbook whose process was ended holds a database until the server has noticed: some ms, more on a busy machine. */
const LET_GO_MS = 2_000;
/** SQLSTATE lock_not_available. */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * What our sessions need, whatever roles, databases and servers have by default: one way of writing values at both sites, statements that wait for
 * no standby and end by no time limit but ours, the right to write where the site as a whole is read-only, and no word of theirs in anybody's log.
 */
const SESSION: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  synchronous_commit: 'local',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  session_replication_role: 'origin',
  row_security: 'off',
  statement_timeout: '0',
  transaction_timeout: '0',
  idle_session_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  lock_timeout: `${LOCK_MS}ms`,
};

/** Connections that a runbook leaves open from one step to the next, by dsn: each costs a tenth of a second on a busy machine, in which nobody may write. */
const idle = new Map<string, pg.Client>();
/** Runbooks at work in this process; without one a connection ends with its use. */
let atWork = 0;
/** Systems that a runbook holds, with the site that each is of. */
export type Held = ReadonlyMap<string, string>;

/** Runs `use` with one connection to a site's database; an Unreachable where there is none, a UsageError where something answers and refuses. */
export async function withSite<T>(site: Pick<SitePlan, 'name' | 'dsn'>, use: (client: pg.Client) => Promise<T>): Promise<T> {
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
    else await close(client);
    client.off('error', onError);
  }
}

/** A connection that an earlier step left, if its server still answers: a site may be lost between two steps, and a query would wait for minutes. */
async function takeIdle({ dsn }: Pick<SitePlan, 'dsn'>): Promise<pg.Client | undefined> {
  const client = idle.get(dsn);
  idle.delete(dsn);
  if (client === undefined) return undefined;
  try {
    await client.query({ text: 'SELECT 1', query_timeout: CONNECT_MS } as pg.QueryConfig);
    return client;
  } catch {
    await close(client);
    return undefined;
  }
}

async function opened(site: Pick<SitePlan, 'name' | 'dsn'>): Promise<pg.Client> {
  const client = await connected(site);
  try {
    await client.query(
      // a server has those of its version
      'SELECT set_config(name, value, false) FROM json_each_text($1) AS wanted (name, value) WHERE EXISTS (SELECT FROM pg_settings s WHERE lower(s.name) = lower(wanted.name))',
      [JSON.stringify(SESSION)],
    );
    return client;
  } catch (error) {
    await close(client);
    throw error;
  }
}

/**
 * Does the work of a runbook while it holds databases of sites; `ifThere` are held where they give an answer, `beside` names what is held already.
 * The work is told which gave none, and all that is held.
 */
export async function holding<T>(
  {
    sites = [],
    ifThere = [],
    untoldIsLost = false,
    beside = new Map(),
  }: { sites?: readonly SitePlan[]; ifThere?: readonly SitePlan[]; untoldIsLost?: boolean; beside?: Held },
  work: (silent: ReadonlySet<string>, held: Held) => Promise<T>,
): Promise<T> {
  const ends: (() => Promise<void>)[] = [];
  const held = new Map(beside);
  const silent = new Set<string>();
  const hold = async (site: SitePlan): Promise<void> => {
    const { system, letGo } = await holdSite(site, held);
    held.set(system, site.name);
    ends.push(letGo);
  };
  atWork += 1;
  try {
    for (const site of sites) await hold(site);
    for (const site of ifThere) {
      try {
        await hold(site);
      } catch (error) {
        if (!(error instanceof Unreachable || (untoldIsLost && error instanceof Untold))) throw error;
        silent.add(site.name);
      }
    }
    return await work(silent, held);
  } finally {
    atWork -= 1;
    await Promise.all(ends.map((letGo) => letGo()));
    if (atWork === 0) {
      await Promise.all([...idle.values()].map(close));
      idle.clear();
    }
  }
}

/**
 * Holds a site's database for one runbook until it is let go, or that runbook's process has ended: others may have been started elsewhere, with
 * journals of their own. A UsageError where it is held already.
 */
export async function holdSite(
  site: Pick<SitePlan, 'name' | 'dsn'>,
  beside: Held = new Map(),
): Promise<{ system: string; letGo: () => Promise<void> }> {
  const client = await opened(site);
  const letGo = (): Promise<void> => close(client);
  try {
    const { system } = await one<{ system: string }>(client, 'SELECT system_identifier::text AS system FROM pg_control_system()');
    const already = beside.get(system);
    if (already !== undefined)
      throw new UsageError(`sites ${already} and ${site.name}: expected two servers, both dsn lead to the same one`);
    // the server lets go of a machine that is gone after 15 s, not after the two hours of its system
    await client.query(
      `SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 2; SET lock_timeout = ${LET_GO_MS}`,
    );
    await client.query('SELECT pg_advisory_lock($1)', [RUNBOOK_LOCK]);
    return { system, letGo };
  } catch (error) {
    await letGo();
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
    throw new UsageError(
      `site ${site.name}: another runbook is at work there: expected none; wait for its end, or end it where it was started`,
    );
  }
}

/** A connection to a server; an Unreachable or a UsageError says why there is none. Whoever asked for it closes it. */
export async function connected(site: Pick<SitePlan, 'name' | 'dsn'>): Promise<pg.Client> {
  const began = performance.now();
  for (;;) {
    try {
      return await connectedOnce(site);
    } catch (error) {
      if (!(error instanceof ConnectionsTaken) || performance.now() - began > CONNECTIONS_MS) throw error;
      await sleep(100);
    }
  }
}

async function connectedOnce(site: Pick<SitePlan, 'name' | 'dsn'>): Promise<pg.Client> {
  // what came over the wire tells a server that answers from one that does not
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: site.dsn,
    query_timeout: QUERY_MS,
    keepAlive: true,
    application_name: 'holdfast runbook',
    stream: () => socket,
  });
  // whoever needs it finds out by himself that it is lost
  client.on('error', () => undefined);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    socket.destroy(new Error('timeout expired'));
  }, CONNECT_MS);
  try {
    await client.connect();
    return client;
  } catch (error) {
    socket.destroy();
    throw refusal(site, error, socket, timedOut);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a connection; one whose server does not take part is left after a second. */
export async function close(client: pg.Client): Promise<void> {
  const ended = client.end().catch(() => undefined);
  await Promise.race([ended, sleep(END_MS, undefined, { ref: false })]);
}

/**
 * As withSite, or undefined where the site's database gives no answer. `patient`: one that has answered before is asked for 3 s, for a server that
 * is started anew refuses for a moment before it says so. `untoldIsLost`: a person has said that it is lost where this cannot be told from here.
 */
export async function ifReachable<T>(
  site: SitePlan,
  use: (client: pg.Client) => Promise<T>,
  { patient = false, untoldIsLost = false } = {},
): Promise<T | undefined> {
  const began = performance.now();
  for (;;) {
    try {
      return await withSite(site, use);
    } catch (error) {
      if (untoldIsLost && error instanceof Untold) return undefined;
      if (!(error instanceof Unreachable)) throw error;
      if (!patient || performance.now() - began > CONNECT_MS) return undefined;
      await sleep(100);
    }
  }
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
  if (row === undefined) throw new HoldfastError(`expected a row of "${sql}", got none`);
  return row;
}
