import type pg from 'pg';
import { until } from '../support/poll.ts';
import { literal, one, quoted } from './database.ts';
import type { Plan, SitePlan } from './plan.ts';

/** How long writes that were under way may take to end by themselves; beyond it they are terminated, and their clients know of no outcome. */
const UNDER_WAY_MS = 2_000;
const GONE_MS = 10_000;
const OPEN_WRITES = `FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL`;

/** Makes a site refuse every write of the platform, waits until none is under way, and gives the position after the last. Doing it again changes nothing. */
export async function fence(client: pg.Client, site: SitePlan, { role }: Plan): Promise<{ lsn: string; terminated: number }> {
  const database = quoted((await one<{ name: string }>(client, 'SELECT current_database() AS name')).name);
  await client.query(`ALTER ROLE ${quoted(role)} IN DATABASE ${database} SET default_transaction_read_only = on`);
  await client.query('UPDATE writer SET writable = false WHERE writable');
  const ended = async (): Promise<boolean> => (await client.query(`SELECT ${OPEN_WRITES}`)).rowCount === 0;
  const began = performance.now();
  await until({
    subject: `site ${site.name}`,
    condition: 'no write under way',
    timeoutMs: UNDER_WAY_MS + GONE_MS,
    probe: async () => {
      if (await ended()) return true;
      if (performance.now() - began > UNDER_WAY_MS) await client.query(`SELECT pg_terminate_backend(pid) ${OPEN_WRITES}`);
      return false;
    },
  });
  // sessions that were opened before would go on as those that may write
  const { terminated } = await one<{ terminated: number }>(
    client,
    `SELECT count(pg_terminate_backend(pid))::integer AS terminated FROM pg_stat_activity WHERE usename = ${literal(role)} AND datname = current_database()`,
  );
  const { lsn } = await one<{ lsn: string }>(client, 'SELECT pg_current_wal_flush_lsn()::text AS lsn');
  return { lsn, terminated };
}

/**
 * Lets a site write, under an epoch above all others; one transaction, so that no write is between. `takenOver`: the position of the old writer
 * up to which everything is here.
 */
export async function open(client: pg.Client, { role }: Plan, { epoch, takenOver }: { epoch: number; takenOver?: string }): Promise<void> {
  const database = quoted((await one<{ name: string }>(client, 'SELECT current_database() AS name')).name);
  await client.query('BEGIN');
  await client.query(`ALTER ROLE ${quoted(role)} IN DATABASE ${database} RESET default_transaction_read_only`);
  await client.query('UPDATE writer SET epoch = $1, writable = true', [epoch]);
  await client.query(
    'INSERT INTO terms (epoch, system, previous_end) SELECT $1, system_identifier::text, $2::pg_lsn FROM pg_control_system() ON CONFLICT DO NOTHING',
    [epoch, takenOver ?? null],
  );
  await client.query('COMMIT');
}

/** Lets a site that was fenced go on under its epoch: nothing was written elsewhere meanwhile. */
export async function reopen(client: pg.Client, plan: Plan): Promise<void> {
  const { epoch } = await one<{ epoch: number }>(client, 'SELECT epoch FROM writer');
  await open(client, plan, { epoch });
}
