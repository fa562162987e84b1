import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { oneWriterSql } from '../platform/one-writer.ts';
import { startPrimary, type TestServer } from '../platform/postgres.fixture.ts';
import { SCHEMA_SQL, grantsSql } from '../platform/schema.ts';
import { until } from '../support/poll.ts';
import { planFrom, type Plan } from './plan.ts';

/** Two sites with a database each, "a" writing, "b" following, and a load balancer that is a file with the name of a site. */
export interface TestPair {
  servers: Record<'a' | 'b', TestServer>;
  folder: string;
  plan: Plan;
  /** the plan as a file */
  planFile: string;
  /** the plan with other values */
  planned(over: Record<string, unknown>): Plan;
  /** where the traffic goes */
  traffic(): string;
  /** writes through the load balancer, one after the other, until it is told to stop; the ids that were acknowledged */
  load(name: string): { stop(): Promise<string[]> };
  /** ids that a site has */
  ids(site: 'a' | 'b'): Promise<Set<string>>;
  stop(): Promise<void>;
}

const SETTINGS = { wal_level: 'logical', wal_receiver_status_interval: '1s', wal_retrieve_retry_interval: '200ms' };

export async function startPair(
  bin: string,
  { synchronous = false, settings = {} }: { synchronous?: boolean; settings?: Record<string, string> } = {},
): Promise<TestPair> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-runbook-'));
  const start = (name: string): Promise<TestServer> => startPrimary(bin, name, { ...SETTINGS, ...settings });
  const [a, b] = await Promise.all([start('a'), start('b')]);
  const servers = { a, b };
  for (const server of [a, b]) {
    await server.sql('CREATE ROLE app LOGIN');
    await server.sql(SCHEMA_SQL);
    await server.sql('CREATE TABLE tickets (number serial PRIMARY KEY, epoch integer NOT NULL DEFAULT 1)');
    await server.sql(`${grantsSql('app')}; GRANT INSERT, SELECT ON tickets TO app; GRANT USAGE ON SEQUENCE tickets_number_seq TO app`);
    // before it would say that it wrote under the first epoch
    if (server === b) await server.sql('UPDATE writer SET writable = false');
    await server.sql(oneWriterSql('mintpress'));
    await server.sql(`CREATE TRIGGER only_at_the_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON tickets
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_unless_writer()`);
    await server.sql('ALTER PUBLICATION mintpress ADD TABLE tickets');
  }
  await b.sql('ALTER ROLE app IN DATABASE postgres SET default_transaction_read_only = on');
  const level = synchronous ? 'on' : 'off';
  await b.sql(`CREATE SUBSCRIPTION mintpress CONNECTION '${a.dsn('postgres')}' PUBLICATION mintpress WITH (synchronous_commit = ${level})`);
  if (synchronous) await a.sql(`ALTER SYSTEM SET synchronous_standby_names = '"mintpress"'`);
  await a.sql('SELECT pg_reload_conf()');
  await until({
    subject: 'b',
    condition: 'following',
    timeoutMs: 20_000,
    probe: async () => (await b.sql(`SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r'`)).length === 0,
  }).catch(async (error: unknown) => {
    // whoever asked for the pair has nothing to stop it by
    await Promise.all([a.stop(), b.stop()]);
    throw error;
  });
  const file = join(folder, 'traffic');
  writeFileSync(file, 'a');
  const base = {
    sites: { a: { dsn: a.dsn('postgres') }, b: { dsn: b.dsn('postgres') } },
    role: 'app',
    synchronous,
    balancer: ['sh', '-c', `printf '%s' "$1" > '${file}.new' && mv '${file}.new' '${file}'`, 'sh', '{site}'],
    tailSeconds: 5,
    rebuildSeconds: 30,
  };
  const planFile = join(folder, 'plan.json');
  writeFileSync(planFile, JSON.stringify(base));
  const planned = (over: Record<string, unknown>): Plan => planFrom({ ...base, ...over }, folder);
  const traffic = (): string => readFileSync(file, 'utf8');
  return {
    servers,
    folder,
    plan: planned({}),
    planFile,
    planned,
    traffic,
    load: (name) => startWriting(name, () => servers[traffic() as 'a' | 'b']),
    ids: async (site) => new Set((await servers[site].sql<{ id: string }>('SELECT id FROM changes')).map(({ id }) => id)),
    stop: async () => {
      await Promise.all([a.stop(), b.stop()]);
      rmSync(folder, { recursive: true });
    },
  };
}

function startWriting(name: string, target: () => TestServer): { stop(): Promise<string[]> } {
  let going = true;
  const acknowledged: string[] = [];
  const writing = (async () => {
    for (let n = 0; going; n += 1) {
      const id = `${name}-${n}`;
      if (await write(target().dsn('app'), id)) acknowledged.push(id);
    }
  })();
  return {
    stop: async () => {
      going = false;
      await writing;
      return acknowledged;
    },
  };
}

/** Writes one change as the platform does, over a connection of its own; whether it was acknowledged. */
export async function write(dsn: string, id: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: dsn, connectionTimeoutMillis: 1000, query_timeout: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(`INSERT INTO changes (id, run, epoch) VALUES ($1, 'test', (SELECT epoch FROM writer))`, [id]);
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
