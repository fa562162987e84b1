import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oneWriterSql } from '../../platform/one-writer.ts';
import { startPrimary, type TestServer } from '../../platform/postgres.fixture.ts';
import { SCHEMA_SQL, grantsSql } from '../../platform/schema.ts';
import { until } from '../../support/poll.ts';
import type { Site } from './ledger.fixture.ts';

/** A plan as its file has it. */
export type PlanFile = Record<string, unknown> & { sites: Record<Site, { dsn: string; replicationDsn?: string }> };

export interface KeptRow {
  table: string;
  row: Record<string, unknown>;
}

/** Settings of a server beside those of every course. */
export type Settings = Partial<Record<Site, Record<string, string>>>;

/** Two servers as the setup guide makes them, "a" writing, made without the runbooks' own code. */
export interface Sites {
  servers: Record<Site, TestServer>;
  synchronous: boolean;
  folder: string;
  planFile: string;
  plan: PlanFile;
  traffic(): Site;
  /** lines that the runbooks have written down */
  steps(): number;
  /** rows of the files that the runbooks kept, each with the table that its file is named after */
  kept(): KeptRow[];
  /** a server that belongs to nobody here, with the same schema; it takes writes */
  third(): Promise<TestServer>;
  stop(): Promise<void>;
}

const SETTINGS = {
  wal_level: 'logical',
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '200ms',
  max_prepared_transactions: '10',
};

/** Table of a plain application: a serial key, and what tells its rows apart. */
const ORDERS = `CREATE TABLE orders (number serial PRIMARY KEY, note text NOT NULL, epoch integer NOT NULL DEFAULT 1);
  GRANT INSERT, SELECT ON orders, changes TO app, other; GRANT SELECT ON writer TO other; GRANT USAGE ON SEQUENCE orders_number_seq TO app, other`;

/** The guard of a table of one's own. */
export const guarded = (
  table: string,
): string => `CREATE TRIGGER only_at_the_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table}
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_unless_writer()`;

export async function startSites(
  bin: string,
  { synchronous, settings = {} }: { synchronous: boolean; settings?: Settings },
): Promise<Sites> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-course-'));
  const started: TestServer[] = [];
  const start = async (copy: string, more: Record<string, string> = {}, writable = true): Promise<TestServer> => {
    const server = await startPrimary(bin, copy, { ...SETTINGS, ...more });
    started.push(server);
    await server.sql('CREATE ROLE app LOGIN; CREATE ROLE other LOGIN');
    await server.sql(`${SCHEMA_SQL}; ${grantsSql('app')}; ${ORDERS}`);
    // before it would say that it wrote under the first epoch
    if (!writable) await server.sql('UPDATE writer SET writable = false');
    await server.sql(`${oneWriterSql('mintpress')}; ${guarded('orders')}; ALTER PUBLICATION mintpress ADD TABLE orders`);
    return server;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
    rmSync(folder, { recursive: true });
  };
  try {
    const [a, b] = await Promise.all([start('a', settings.a), start('b', settings.b, false)]);
    await follow({ a, b }, synchronous);
    const file = join(folder, 'traffic');
    writeFileSync(file, 'a');
    const plan: PlanFile = {
      sites: { a: { dsn: a.dsn('postgres') }, b: { dsn: b.dsn('postgres') } },
      role: 'app',
      synchronous,
      balancer: ['sh', '-c', `printf '%s' "$1" > '${file}.new' && mv '${file}.new' '${file}'`, 'sh', '{site}'],
      tailSeconds: 4,
      rebuildSeconds: 40,
    };
    const planFile = join(folder, 'plan.json');
    writeFileSync(planFile, JSON.stringify(plan));
    return {
      servers: { a, b },
      synchronous,
      folder,
      planFile,
      plan,
      traffic: () => (readFileSync(file, 'utf8') === 'b' ? 'b' : 'a'),
      steps: () => linesOf(join(folder, 'runbook.jsonl')).length,
      kept: () => keptRows(join(folder, 'kept')),
      third: () => start('c'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function follow({ a, b }: Record<Site, TestServer>, synchronous: boolean): Promise<void> {
  await b.sql('ALTER ROLE app IN DATABASE postgres SET default_transaction_read_only = on');
  const level = synchronous ? 'on' : 'off';
  await b.sql(`CREATE SUBSCRIPTION mintpress CONNECTION '${a.dsn('postgres')}' PUBLICATION mintpress WITH (synchronous_commit = ${level})`);
  if (synchronous) await a.sql(`ALTER SYSTEM SET synchronous_standby_names = '"mintpress"'`);
  await a.sql('SELECT pg_reload_conf()');
  await until({
    subject: 'b',
    condition: 'following',
    timeoutMs: 60_000,
    probe: async () => (await b.sql(`SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r'`)).length === 0,
  });
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(0, -1);
  } catch {
    return [];
  }
}

function keptRows(folder: string): KeptRow[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const [, table] = /(\w+)\.jsonl$/.exec(name) ?? [];
    if (table === undefined) return [];
    return linesOf(join(folder, name)).map((line) => ({ table, row: JSON.parse(line) as Record<string, unknown> }));
  });
}
