import pg from 'pg';
import { limits } from './limits.ts';

/** Runs `use` with one connection to a database copy, closed afterwards whatever happens. */
export async function withDatabase<T>(dsn: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: dsn,
    connectionTimeoutMillis: limits.databaseConnect,
    query_timeout: limits.drained,
    application_name: 'holdfast',
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
