import type pg from 'pg';
import { HoldfastError } from '../support/errors.ts';
import { until } from '../support/poll.ts';
import { one } from './database.ts';
import type { Plan } from './plan.ts';

/** How long a walsender may take to end once it is told; ms. */
const SENDER_GONE_MS = 10_000;
/** How long a new slot may wait for transactions that are open at its server; nothing is fenced yet; ms. */
const SLOT_MS = 10_000;
/** SQLSTATE query_canceled, of a statement_timeout. */
const CANCELED = '57014';

/** Drops the slot of a follower; nothing where there is none. */
export async function dropSlot(writer: pg.Client, { subscription }: Plan): Promise<void> {
  await drop(writer, 'slot_name = $1', subscription);
}

/**
 * Drops what an unfinished copy of tables left at the writer: slots of a subscription (its oid) of one server (its system identifier). They hold
 * the log for ever, and DROP SUBSCRIPTION leaves them where it is not to ask the writer.
 */
export async function dropCopySlots(writer: pg.Client, { oid, system }: { oid: string; system: string }): Promise<void> {
  await drop(writer, 'slot_name ~ $1', `^pg_${oid}_sync_[0-9]+_${system}$`);
}

async function drop(writer: pg.Client, which: string, value: string): Promise<void> {
  const slots = `FROM pg_replication_slots WHERE ${which} AND database = current_database()`;
  await until({
    subject: `slot ${value}`,
    condition: 'dropped',
    timeoutMs: SENDER_GONE_MS,
    probe: async () => {
      await writer.query(`SELECT pg_terminate_backend(active_pid) ${slots} AND active_pid IS NOT NULL`, [value]);
      await writer.query(`SELECT pg_drop_replication_slot(slot_name) ${slots}`, [value]);
      return true;
    },
  });
}

/**
 * Makes the slot from which the other site will follow, while nothing is fenced: it waits for every transaction that is open at its server, in any
 * database. A HoldfastError names those when they do not end within 10 s.
 */
export async function reserveSlot(server: pg.Client, { name }: { name: string }, plan: Plan): Promise<void> {
  await dropSlot(server, plan);
  await server.query(`SET statement_timeout = ${SLOT_MS}`);
  try {
    await server.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [plan.subscription]);
    await server.query('SET statement_timeout = 0');
    // most of what the checkpoint of the opening would write, while nobody waits for it
    await server.query('CHECKPOINT');
  } catch (error) {
    if ((error as { code?: string }).code !== CANCELED) throw error;
    const open = await openTransactions(server);
    throw new HoldfastError(
      `site ${name}: expected a replication slot within ${SLOT_MS} ms; it waits for ${open.join(', ') || 'a transaction that has ended by now'}: end that, or wait, and run this again`,
      { cause: error },
    );
  } finally {
    await server.query('SET statement_timeout = 0');
  }
}

/** Lets the follower's slot begin here: what was before is at both sites. The slot's own position. */
export async function beginSlotHere(writer: pg.Client, { subscription }: Plan): Promise<string> {
  const { position } = await one<{ position: string }>(
    writer,
    'SELECT end_lsn::text AS position FROM pg_replication_slot_advance($1, pg_current_wal_flush_lsn())',
    [subscription],
  );
  // otherwise a crash puts the slot back before rows that the other site has
  await writer.query('CHECKPOINT');
  return position;
}

/** Whether the slot from which the other site follows is there. */
export async function hasSlot(writer: pg.Client, plan: Plan): Promise<boolean> {
  return (await slotOf(writer, plan)) !== undefined;
}

/** Whether that slot is there with everything that the other site lacks; a server drops what is beyond max_slot_wal_keep_size. */
export async function holdsAll(writer: pg.Client, plan: Plan): Promise<boolean> {
  const slot = await slotOf(writer, plan);
  return slot !== undefined && slot.wal !== 'lost';
}

async function slotOf(writer: pg.Client, { subscription }: Plan): Promise<{ wal: string | null } | undefined> {
  const { rows } = await writer.query<{ wal: string | null }>(
    'SELECT wal_status AS wal FROM pg_replication_slots WHERE slot_name = $1 AND database = current_database()',
    [subscription],
  );
  return rows[0];
}

/** Transactions that a new slot of this server waits for, in words. */
async function openTransactions(server: pg.Client): Promise<string[]> {
  const { rows } = await server.query<{ open: string }>(
    `SELECT format('process %s of %s in database %s, open for %s s', pid, usename, datname, extract(epoch FROM clock_timestamp() - xact_start)::integer) AS open
     FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
     UNION ALL
     SELECT format('the prepared transaction "%s" in database %s, open for %s s', gid, database, extract(epoch FROM clock_timestamp() - prepared)::integer)
     FROM pg_prepared_xacts`,
  );
  return rows.map(({ open }) => open);
}
