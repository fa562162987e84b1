import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestServer } from '../platform/postgres.fixture.ts';
import { planFrom, type Plan } from './plan.ts';
import { balancerOf, follow, startSite } from './two-sites.fixture.ts';

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

/** Table of a plain application. */
const TICKETS = `CREATE TABLE tickets (number serial PRIMARY KEY, epoch integer NOT NULL DEFAULT 1);
  GRANT INSERT, SELECT ON tickets TO app; GRANT USAGE ON SEQUENCE tickets_number_seq TO app`;

export async function startPair(
  bin: string,
  { synchronous = false, settings = {} }: { synchronous?: boolean; settings?: Record<string, string> } = {},
): Promise<TestPair> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-runbook-'));
  const start = (copy: 'a' | 'b'): Promise<TestServer> =>
    startSite(bin, { copy, isWriter: copy === 'a', settings, roles: 'CREATE ROLE app LOGIN', table: { name: 'tickets', sql: TICKETS } });
  const [a, b] = await Promise.all([start('a'), start('b')]);
  const servers = { a, b };
  await follow(servers, synchronous).catch(async (error: unknown) => {
    // whoever asked for the pair has nothing to stop it by
    await Promise.all([a.stop(), b.stop()]);
    throw error;
  });
  const { command, traffic } = balancerOf(folder);
  const base = {
    sites: { a: { dsn: a.dsn('postgres') }, b: { dsn: b.dsn('postgres') } },
    role: 'app',
    synchronous,
    balancer: command,
    tailSeconds: 5,
    rebuildSeconds: 30,
  };
  const planFile = join(folder, 'plan.json');
  writeFileSync(planFile, JSON.stringify(base));
  const planned = (over: Record<string, unknown>): Plan => planFrom({ ...base, ...over }, folder);
  return {
    servers,
    folder,
    plan: planned({}),
    planFile,
    planned,
    traffic,
    load: (name) => startWriting(name, () => servers[traffic()]),
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
