import pg from 'pg';
import { HoldfastError } from './errors.ts';
import { limits } from './limits.ts';

/** Runs `use` with one connection to a database copy, closed afterwards whatever happens; throws as soon as the connection is lost, or when there is none within `connectMs`. */
export async function withDatabase<T>(
  dsn: string,
  use: (client: pg.Client) => Promise<T>,
  { connectMs = limits.databaseConnect }: { connectMs?: number } = {},
): Promise<T> {
  const client = new pg.Client({
    connectionString: dsn,
    connectionTimeoutMillis: connectMs,
    query_timeout: limits.drained,
    application_name: 'holdfast',
  });
  const lost = new Promise<never>((_resolve, reject) => {
    client.on('error', (error) => reject(new HoldfastError('the connection to the database was lost', { cause: error })));
  });
  lost.catch(() => undefined);
  await client.connect();
  try {
    return await Promise.race([use(client), lost]);
  } finally {
    await client.end();
  }
}
