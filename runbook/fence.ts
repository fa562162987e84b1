import type pg from 'pg';
import { HoldfastError } from '../support/errors.ts';
import { until } from '../support/poll.ts';
import { literal, one, quoted } from './database.ts';
import type { Plan, SitePlan } from './plan.ts';
import { setStandbyNames, standbyNames } from './standby.ts';

/** How long what was under way may take to end by itself; beyond it it is terminated, and its clients know of no outcome. */
const UNDER_WAY_MS = 2_000;
const GONE_MS = 10_000;

/**
 * Processes of the server itself, and those that bring what other servers wrote. All others may carry somebody's transaction; so may a walsender that
 * has exported its snapshot.
 */
const SYSTEM_PROCESSES = [
  'autovacuum launcher',
  'autovacuum worker',
  'archiver',
  'background writer',
  'checkpointer',
  'io worker',
  'logical replication launcher',
  'logical replication worker',
  'logical replication apply worker',
  'logical replication parallel worker',
  'logical replication tablesync worker',
  'slotsync worker',
  'startup',
  'walreceiver',
  'walsender',
  'walsummarizer',
  'walwriter',
];

/** What a fence and an opening change of a site, as it was before. */
export interface Before {
  writable: boolean;
  /** default_transaction_read_only of the platform's role in this database; null: it has none of its own */
  readOnly: string | null;
  standbyNames: string;
}

/** What a site is like before anything of it is changed. */
export async function before(client: pg.Client, { role }: Plan): Promise<Before> {
  const { writable } = await one<{ writable: boolean }>(client, 'SELECT writable FROM writer');
  return { writable, readOnly: await readOnlySetting(client, role), standbyNames: await standbyNames(client) };
}

/**
 * Makes a site refuse every write, waits until nothing is under way that began before, and gives the position after the last commit. A guard sees
 * the site as it was when its transaction's snapshot was taken: whatever has one from before is waited for, then terminated, whoever it is of
 * and whether it has written yet or not. Doing it again changes nothing.
 */
export async function fence(client: pg.Client, site: SitePlan, { role }: Plan): Promise<{ lsn: string; terminated: number }> {
  await inOne(client, async () => {
    await client.query(`ALTER ROLE ${quoted(role)} IN DATABASE ${await databaseName(client)} SET default_transaction_read_only = on`);
    await client.query('UPDATE writer SET writable = false WHERE writable');
  });
  const { fenced } = await one<{ fenced: string }>(client, 'SELECT clock_timestamp()::text AS fenced');
  const from = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND (backend_type <> ALL ($1) OR (backend_type = 'walsender' AND state LIKE 'idle in transaction%'))
    AND (backend_xid IS NOT NULL OR backend_xmin IS NOT NULL) AND coalesce(xact_start <= $2::timestamptz, true)`;
  const ended = new Set<number>();
  const began = performance.now();
  await until({
    subject: `site ${site.name}`,
    condition: 'no transaction that began before the fence',
    timeoutMs: UNDER_WAY_MS + GONE_MS,
    probe: async () => {
      const open = await client.query<{ pid: number; what: string }>(
        `SELECT pid, format('process %s of %s', pid, coalesce(usename, backend_type)) AS what ${from}`,
        [SYSTEM_PROCESSES, fenced],
      );
      if (open.rows.length === 0) return true;
      if (performance.now() - began > UNDER_WAY_MS) {
        const { rows } = await client.query<{ pid: number }>(`SELECT pid, pg_terminate_backend(pid) ${from}`, [SYSTEM_PROCESSES, fenced]);
        rows.forEach(({ pid }) => ended.add(pid));
      }
      throw new Error(open.rows.map(({ what }) => what).join(', '));
    },
  });
  await nonePrepared(client, site);
  // sessions that were opened before would go on as those that may write
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ${literal(role)} AND datname = current_database() AND pid <> pg_backend_pid()`,
  );
  rows.forEach(({ pid }) => ended.add(pid));
  // commits that did not wait for the disk are there once a later one did
  await client.query(`SELECT pg_logical_emit_message(true, 'holdfast', 'fenced')`);
  const { lsn } = await one<{ lsn: string }>(client, 'SELECT pg_current_wal_flush_lsn()::text AS lsn');
  return { lsn, terminated: ended.size };
}

/** Transactions that are prepared in this database, by name: they may be committed at any time, past every guard. */
export async function preparedTransactions(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ gid: string }>('SELECT gid FROM pg_prepared_xacts WHERE database = current_database() ORDER BY 1');
  return rows.map(({ gid }) => gid);
}

async function nonePrepared(client: pg.Client, { name }: SitePlan): Promise<void> {
  const prepared = await preparedTransactions(client);
  if (prepared.length === 0) return;
  throw new HoldfastError(
    `site ${name}: expected no prepared transaction, got ${prepared.map((gid) => `"${gid}"`).join(', ')}: it may be committed at any time, after the other site has opened; COMMIT PREPARED or ROLLBACK PREPARED it, and run this again`,
  );
}

/**
 * Lets a site write, under an epoch above all others; one transaction, so that no write is between. `takenOver`: the position of the old writer
 * up to which everything is here.
 */
export async function open(client: pg.Client, { role }: Plan, { epoch, takenOver }: { epoch: number; takenOver?: string }): Promise<void> {
  await inOne(client, async () => {
    await setReadOnly(client, role, null);
    // a site that is read-only as a whole lets the platform write all the same
    if (await isReadOnlyAsAWhole(client, role)) await setReadOnly(client, role, 'off');
    await client.query('UPDATE writer SET epoch = $1, writable = true', [epoch]);
    await client.query(
      'INSERT INTO terms (epoch, system, previous_end) SELECT $1, system_identifier::text, $2::pg_lsn FROM pg_control_system() ON CONFLICT DO NOTHING',
      [epoch, takenOver ?? null],
    );
  });
}

/** Restores what a site was before, under its epoch: nothing was written elsewhere meanwhile. */
export async function restore(client: pg.Client, { role }: Plan, was: Before): Promise<void> {
  await setStandbyNames(client, was.standbyNames);
  await inOne(client, async () => {
    await setReadOnly(client, role, was.readOnly);
    await client.query('UPDATE writer SET writable = $1 WHERE writable <> $1', [was.writable]);
  });
}

async function inOne(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function databaseName(client: pg.Client): Promise<string> {
  return quoted((await one<{ name: string }>(client, 'SELECT current_database() AS name')).name);
}

async function setReadOnly(client: pg.Client, role: string, value: string | null): Promise<void> {
  const what = value === null ? 'RESET default_transaction_read_only' : `SET default_transaction_read_only = ${literal(value)}`;
  await client.query(`ALTER ROLE ${quoted(role)} IN DATABASE ${await databaseName(client)} ${what}`);
}

const SETTING = 'default_transaction_read_only=';

async function readOnlySetting(client: pg.Client, role: string): Promise<string | null> {
  const { rows } = await client.query<{ value: string }>(
    `SELECT substr(setting, length($1) + 1) AS value FROM pg_db_role_setting, unnest(setconfig) AS setting
     WHERE starts_with(setting, $1) AND setrole = to_regrole($2) AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [SETTING, quoted(role)],
  );
  return rows[0]?.value ?? null;
}

async function isReadOnlyAsAWhole(client: pg.Client, role: string): Promise<boolean> {
  const { all } = await one<{ all: boolean }>(
    client,
    `SELECT EXISTS (
       SELECT FROM pg_db_role_setting, unnest(setconfig) AS setting
       WHERE starts_with(setting, $1) AND substr(setting, length($1) + 1)::boolean
         AND ((setrole = to_regrole($2) AND setdatabase = 0) OR (setrole = 0 AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))))
     ) OR EXISTS (SELECT FROM pg_settings WHERE name = 'default_transaction_read_only' AND reset_val::boolean)
       OR EXISTS (SELECT FROM pg_file_settings WHERE name = 'default_transaction_read_only' AND setting::boolean) AS "all"`,
    [SETTING, quoted(role)],
  );
  return all;
}
