import pg from 'pg';
import { DatabaseTimeout } from './answer.ts';
import type { Budget } from './budget.ts';
import { connectionConfig, destroy, isReadTimeout, type Notice } from './connection.ts';
import { executeSql, prepareSql, type Statement } from './statement.ts';

/** One database connection, lent to one request; one query is in flight at a time. */
export interface Session {
  query<Row extends pg.QueryResultRow>(query: pg.QueryConfig, onNotice?: (notice: Notice) => void): Promise<pg.QueryResult<Row>>;
  /** begins a transaction with a statement, in one message; the statement's result is the last */
  begin(statement: Statement): Promise<pg.QueryResult[]>;
  /** several statements in one message; one result for each */
  script(text: string, onNotice?: (notice: Notice) => void): Promise<pg.QueryResult[]>;
  /** this server is not the one that the endpoint promises: drop this and all older connections */
  distrust(): void;
}

/** A bounded pool to one endpoint that never hands out a connection known to be dead, frozen or misplaced. */
export interface Database {
  lend<T>(budget: Budget, work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  dsn: string;
  name: string;
  max: number;
  connectMs: number;
  /** a control: requests that a connection serves; default: as many as there are in its life */
  maxUses?: number;
  /** how long a connection is used; a minute. Where an endpoint spreads connections over servers, one that came back gets its share after this time */
  lifeSeconds?: number;
  onTrouble: (error: Error) => void;
}

/**
 * A pool opens so many connections at once. Opening costs the server a process and both ends the proof of a password: after a failover
 * all pods would open all of theirs together, none would be ready in time, and all would be given up and opened again, for minutes.
 */
export const OPENING_AT_ONCE = 2;

/** Opens a pool; connections are made when first needed, few at a time. */
export function openDatabase({ dsn, name, max, connectMs, maxUses = Infinity, lifeSeconds = 60, onTrouble }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    ...connectionConfig({ dsn, name, connectMs }),
    max: Math.min(max, OPENING_AT_ONCE),
    maxLifetimeSeconds: lifeSeconds,
    maxUses,
    idleTimeoutMillis: 30_000,
  });
  lendInTurn(pool);
  const opened = new Set<pg.PoolClient>();
  const countOpened = (): void => void (pool.options.max = Math.min(max, opened.size + OPENING_AT_ONCE));
  // The pool does not look at those who wait when it may open more: a connection opened for no one goes to the first of them.
  const openForWaiting = (): void => {
    if (pool.waitingCount === 0 || pool.totalCount >= pool.options.max) return;
    pool.connect().then(
      (spare) => spare.release(),
      () => {},
    );
  };
  const forget = (client: pg.PoolClient): void => {
    opened.delete(client);
    countOpened();
  };
  // The pool counts a destroyed connection out at once, and tells of it only when its socket has ended.
  const close = (client: pg.PoolClient): void => {
    forget(client);
    destroy(client);
  };
  const answeredAt = new WeakMap<pg.PoolClient, number>();
  const prepared = new WeakMap<pg.PoolClient, Set<string>>();
  let trustedSince = 0;
  pool.on('error', onTrouble);
  pool.on('remove', forget);
  pool.on('connect', (client) => {
    opened.add(client);
    countOpened();
    openForWaiting();
    answeredAt.set(client, performance.now());
    // A lent client that loses its server emits an error beside the failed query; unheard it would end the process.
    client.on('error', () => {});
  });

  async function acquire(budget: Budget): Promise<pg.PoolClient> {
    for (;;) {
      const client = await connectWithin(pool, budget);
      if ((answeredAt.get(client) ?? 0) >= trustedSince) return client;
      close(client);
    }
  }

  function sessionOf(client: pg.PoolClient, budget: Budget): { session: Session; isReusable: () => boolean } {
    let spoiled = false;
    async function ask<Result>(query: pg.QueryConfig, onNotice?: (notice: Notice) => void): Promise<Result> {
      const left = Math.floor(budget.leftMs());
      if (left < 1) throw new DatabaseTimeout('an answer of the database');
      const sentAt = performance.now();
      if (onNotice) client.on('notice', onNotice);
      try {
        const result = (await client.query({ ...query, query_timeout: left } as pg.QueryConfig)) as Result;
        answeredAt.set(client, performance.now());
        return result;
      } catch (error) {
        spoiled = true;
        if (!isReadTimeout(error)) throw error;
        // Connections that were silent all the while may lead to the same frozen server.
        trustedSince = Math.max(trustedSince, sentAt);
        throw new DatabaseTimeout('an answer of the database');
      } finally {
        if (onNotice) client.off('notice', onNotice);
      }
    }
    const script: Session['script'] = async (text, onNotice) => {
      const results = await ask<pg.QueryResult | pg.QueryResult[]>({ text }, onNotice);
      return Array.isArray(results) ? results : [results];
    };
    const session: Session = {
      query: (query, onNotice) => ask(query, onNotice),
      begin: async (statement) => {
        const known = prepared.get(client) ?? new Set();
        const beginAndExecute = `BEGIN ISOLATION LEVEL READ COMMITTED; ${executeSql(statement)}`;
        if (known.has(statement.name)) return script(beginAndExecute);
        const results = await script(`${prepareSql(statement)}; ${beginAndExecute}`);
        // had it failed, this connection would not be used again
        prepared.set(client, known.add(statement.name));
        return results;
      },
      script,
      distrust: () => {
        spoiled = true;
        trustedSince = performance.now();
      },
    };
    return { session, isReusable: () => !spoiled && client.getTransactionStatus() === 'I' };
  }

  return {
    async lend(budget, work) {
      const client = await acquire(budget);
      const { session, isReusable } = sessionOf(client, budget);
      try {
        return await work(session);
      } finally {
        // Only a connection that never failed and is between transactions goes back.
        if (isReusable()) client.release();
        else close(client);
      }
    },
    close: () => pool.end(),
  };
}

async function connectWithin(pool: pg.Pool, budget: Budget): Promise<pg.PoolClient> {
  const left = budget.leftMs();
  if (left < 1) throw new DatabaseTimeout('a database connection');
  const connecting = pool.connect();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, left, undefined)));
  const client = await Promise.race([connecting, late]).finally(() => clearTimeout(timer));
  if (client) return client;
  connecting.then(
    (unused) => unused.release(),
    () => {},
  );
  throw new DatabaseTimeout('a database connection');
}

/** The idle connections of a pool, of which the one that was idle for the longest time goes out first. */
class InTurn<T> extends Array<T> {
  override pop(): T | undefined {
    return this.shift();
  }
}

/**
 * The driver's pool lends the connection that came back last: with little load one connection, hence one server of many behind an endpoint, serves
 * everything, and what is wrong with the others shows to nobody. It has no option for this, hence the reach into its list.
 */
function lendInTurn(pool: pg.Pool): void {
  const inner = pool as unknown as { _idle: unknown };
  if (!Array.isArray(inner._idle) || inner._idle.length > 0)
    throw new Error(
      'Expected a new pool of the driver to keep an empty list of idle connections, got none: see whether "pg-pool" has changed.',
    );
  inner._idle = new InTurn();
}
