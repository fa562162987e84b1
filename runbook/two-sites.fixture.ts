import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oneWriterSql } from '../platform/one-writer.ts';
import { startPrimary, type TestServer } from '../platform/postgres.fixture.ts';
import { SCHEMA_SQL, grantsSql } from '../platform/schema.ts';
import { until } from '../support/poll.ts';

const SETTINGS = { wal_level: 'logical', wal_receiver_status_interval: '1s', wal_retrieve_retry_interval: '200ms' };

/** The guard of a table of one's own. */
export const guarded = (
  table: string,
): string => `CREATE TRIGGER only_at_the_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table}
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_unless_writer()`;

/** What a site has beside the platform's schema: roles, and a table that is published with it. */
export interface SiteOfTest {
  copy: string;
  isWriter: boolean;
  settings?: Record<string, string>;
  roles: string;
  table: { name: string; sql: string };
}

/** Starts the server of a site as the setup guide makes it. */
export async function startSite(bin: string, { copy, isWriter, settings = {}, roles, table }: SiteOfTest): Promise<TestServer> {
  const server = await startPrimary(bin, copy, { ...SETTINGS, ...settings });
  try {
    await server.sql(roles);
    await server.sql(`${SCHEMA_SQL}; ${grantsSql('app')}; ${table.sql}`);
    // before it would say that it wrote under the first epoch
    if (!isWriter) await server.sql('UPDATE writer SET writable = false');
    await server.sql(`${oneWriterSql('mintpress')}; ${guarded(table.name)}; ALTER PUBLICATION mintpress ADD TABLE ${table.name}`);
    return server;
  } catch (error) {
    // whoever asked for it has nothing to stop it by
    await server.stop();
    throw error;
  }
}

/** Lets b follow a, and waits until it does. */
export async function follow({ a, b }: Record<'a' | 'b', TestServer>, synchronous: boolean): Promise<void> {
  await b.sql('ALTER ROLE app IN DATABASE postgres SET default_transaction_read_only = on');
  const level = synchronous ? 'on' : 'off';
  await b.sql(`CREATE SUBSCRIPTION mintpress CONNECTION '${a.dsn('postgres')}' PUBLICATION mintpress WITH (synchronous_commit = ${level})`);
  if (synchronous) await a.sql(`ALTER SYSTEM SET synchronous_standby_names = '"mintpress"'`);
  await a.sql('SELECT pg_reload_conf()');
  await tablesCopied(b);
}

/** Waits until every table of the subscription is past its copy. */
export async function tablesCopied(follower: TestServer): Promise<void> {
  await until({
    subject: 'b',
    condition: 'every table copied and following',
    timeoutMs: 60_000,
    probe: async () => (await follower.sql(`SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r'`)).length === 0,
  });
}

/** A load balancer that is a file with the name of a site. */
export function balancerOf(folder: string): { command: string[]; traffic: () => 'a' | 'b' } {
  const file = join(folder, 'traffic');
  writeFileSync(file, 'a');
  return {
    command: ['sh', '-c', `printf '%s' "$1" > '${file}.new' && mv '${file}.new' '${file}'`, 'sh', '{site}'],
    traffic: () => (readFileSync(file, 'utf8') === 'b' ? 'b' : 'a'),
  };
}
