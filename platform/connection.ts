import type pg from 'pg';

/** What PostgreSQL says beside a result. */
export interface Notice {
  message?: string | undefined;
  severity?: string | undefined;
  code?: string | undefined;
  routine?: string | undefined;
}

/** Connection settings that every part of the platform shares; all bounds are on, the driver's defaults have none. */
export function connectionConfig({
  dsn,
  name,
  connectMs,
  serverSettings = {},
}: {
  dsn: string;
  name: string;
  connectMs: number;
  serverSettings?: Record<string, string>;
}): pg.ClientConfig {
  const settings = {
    // The only sign of a cancelled synchronous wait is a notice: no role may hide it.
    client_min_messages: 'notice',
    // Above the request's own bound: these clear up behind a pod that is gone, they do not answer for it.
    statement_timeout: '2500',
    idle_in_transaction_session_timeout: '2500',
    idle_session_timeout: '45s',
    ...serverSettings,
  };
  return {
    connectionString: dsn,
    application_name: name,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 1000,
    options: Object.entries(settings)
      .map(([key, value]) => `-c ${key}=${value}`)
      .join(' '),
  };
}

/** Ends a connection at once, answers outstanding or not; a frozen server would never take a goodbye. */
export function destroy(client: pg.PoolClient | pg.Client): void {
  if ('release' in client) client.release(true);
  else client.end().catch(() => {});
  socketOf(client)?.destroy();
}

/** Whether a query failed only because the driver's own clock ran out. */
export function isReadTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

// The driver has no public way to drop a socket without a goodbye.
function socketOf(client: object): { destroy(): void } | undefined {
  return (client as { connection?: { stream?: { destroy(): void } } }).connection?.stream;
}
