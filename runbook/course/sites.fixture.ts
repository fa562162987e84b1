import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestServer } from '../../platform/postgres.fixture.ts';
import { balancerOf, follow, startSite } from '../two-sites.fixture.ts';
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

/** Table of a plain application: a serial key, and what tells its rows apart. */
const ORDERS = `CREATE TABLE orders (number serial PRIMARY KEY, note text NOT NULL, epoch integer NOT NULL DEFAULT 1);
  GRANT INSERT, SELECT ON orders, changes TO app, other; GRANT SELECT ON writer TO other; GRANT USAGE ON SEQUENCE orders_number_seq TO app, other`;

export async function startSites(
  bin: string,
  { synchronous, settings = {} }: { synchronous: boolean; settings?: Settings },
): Promise<Sites> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-course-'));
  const started: TestServer[] = [];
  const start = async (copy: string, more: Record<string, string> = {}, isWriter = true): Promise<TestServer> => {
    const server = await startSite(bin, {
      copy,
      isWriter,
      settings: { max_prepared_transactions: '10', ...more },
      roles: 'CREATE ROLE app LOGIN; CREATE ROLE other LOGIN',
      table: { name: 'orders', sql: ORDERS },
    });
    started.push(server);
    return server;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
    rmSync(folder, { recursive: true });
  };
  try {
    const [a, b] = await Promise.all([start('a', settings.a), start('b', settings.b, false)]);
    await follow({ a, b }, synchronous);
    const { command, traffic } = balancerOf(folder);
    const plan: PlanFile = {
      sites: { a: { dsn: a.dsn('postgres') }, b: { dsn: b.dsn('postgres') } },
      role: 'app',
      synchronous,
      balancer: command,
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
      traffic,
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
