import type pg from 'pg';
import { HoldfastError } from '../support/errors.ts';
import { until } from '../support/poll.ts';
import { literal, one } from './database.ts';
import type { Plan, SitePlan } from './plan.ts';
import { isReadOnlyAsAWhole, readOnlySetting, setReadOnly } from './read-only.ts';
import { restoreStandbyNames, standbyNamesBySystem } from './standby.ts';
import { writerOf } from './state.ts';

/** How long what was under way may take to end by itself; beyond it it is terminated, and its clients know of no outcome. */
const UNDER_WAY_MS = 2_000;
const GONE_MS = 10_000;

/** What a walsender does for a follower; whatever else it does is a statement of its client. */
const STREAMING = '^\\s*(START_REPLICATION|CREATE_REPLICATION_SLOT|BASE_BACKUP|COPY .* TO STDOUT)';

/** Processes of the server itself, and those that bring what other servers wrote. All others may carry somebody's transaction. */
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
  /** what ALTER SYSTEM says of synchronous_standby_names; null: nothing */
  standbyNames: string | null;
}

/** What a site is like before anything of it is changed. */
export async function before(client: pg.Client, { role }: Plan): Promise<Before> {
  const { writable } = await writerOf(client);
  return { writable, readOnly: await readOnlySetting(client, role), standbyNames: await standbyNamesBySystem(client) };
}

/**
 * Makes a site refuse every write, waits until nothing is under way that began before, and gives the position after the last commit. From then on the
 * guard refuses whatever asks it, by whichever snapshot. What it let pass before is in a transaction that began before: such are waited for, then
 * terminated, whoever they are of and whether they have written yet or not. Doing it again changes nothing.
 */
export async function fence(client: pg.Client, site: SitePlan, { role }: Plan): Promise<{ lsn: string; terminated: number }> {
  await inOne(client, async () => {
    await setReadOnly(client, role, 'on');
    await client.query('UPDATE writer SET writable = false');
    await requireClosedGate(client, site);
  });
  const { fenced } = await one<{ fenced: string }>(client, 'SELECT clock_timestamp()::text AS fenced');
  const from = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND (backend_type <> ALL ($1) OR (backend_type = 'walsender' AND query !~* ${literal(STREAMING)}))
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
  const prepared = await preparedProblems(site.name, client);
  if (prepared.length > 0) throw new HoldfastError(`${prepared.join('; ')}, and run this again`);
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

/** Transactions that are prepared in a site's database: they may be committed at any time, past every guard. */
export async function preparedProblems(name: string, client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ gid: string }>('SELECT gid FROM pg_prepared_xacts WHERE database = current_database() ORDER BY 1');
  if (rows.length === 0) return [];
  return [
    `site ${name}: expected no prepared transaction, got ${rows.map(({ gid }) => `"${gid}"`).join(', ')}: it may be committed at any time, after the other site has opened; COMMIT PREPARED or ROLLBACK PREPARED it`,
  ];
}

/* The update has moved it; a gate that stands open would let a snapshot of before pass. */
async function requireClosedGate(client: pg.Client, { name }: SitePlan): Promise<void> {
  const { gate } = await one<{ gate: number }>(client, 'SELECT last_value::integer AS gate FROM writer_gate');
  if (gate !== 0)
    throw new HoldfastError(
      `site ${name}: expected sequence "writer_gate" to go with the table "writer": see "holdfast schema --one-writer"`,
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
  await restoreStandbyNames(client, was.standbyNames);
  await inOne(client, async () => {
    await setReadOnly(client, role, was.readOnly);
    // the gate may stand otherwise than the table: it is not taken back with a transaction
    await client.query('UPDATE writer SET writable = $1', [was.writable]);
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
