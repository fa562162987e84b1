import type pg from 'pg';
import { one } from './database.ts';
import type { Plan } from './plan.ts';

/** First bytes of the messages of PostgreSQL's logical replication protocol: a transaction begins; a row is added, changed, deleted; tables are emptied. */
const BEGIN = 66;
const CHANGES = [73, 85, 68, 84];
const TRUNCATE = 84;

/**
 * Transactions of an old writer that changed published rows after the position up to which the new one took over; undefined where its log cannot tell:
 * its slot is gone, or lost what it held. They are read, and stay.
 */
export async function transactionsAfter(old: pg.Client, position: string, plan: Plan): Promise<number | undefined> {
  const { rows } = await old.query<{ usable: boolean }>(
    `SELECT wal_status IS DISTINCT FROM 'lost' AND NOT active AS usable FROM pg_replication_slots
     WHERE slot_name = $1 AND plugin = 'pgoutput' AND database = current_database()`,
    [plan.subscription],
  );
  if (rows[0]?.usable !== true) return undefined;
  const { isOfAnother } = await one<{ isOfAnother: boolean }>(old, 'SELECT $1::pg_lsn > pg_current_wal_insert_lsn() AS "isOfAnother"', [
    position,
  ]);
  if (isOfAnother) return undefined;
  // a message begins with its kind; that of a begin goes on with the position of the commit, that of a row with the table
  const { count } = await one<{ count: string }>(
    old,
    `WITH messages AS MATERIALIZED (
       SELECT xid, get_byte(data, 0) AS kind, data
       FROM pg_logical_slot_peek_binary_changes($1, NULL, NULL, 'proto_version', '1', 'publication_names', $2)),
     late AS (
       SELECT xid FROM messages WHERE kind = $3
         AND ('x' || encode(substr(data, 2, 8), 'hex'))::bit(64)::bigint >= pg_wal_lsn_diff($4::pg_lsn, '0/0'))
     SELECT count(DISTINCT m.xid::text) AS count FROM messages m JOIN late ON late.xid::text = m.xid::text
     WHERE kind = ANY ($5) AND (kind = $6 OR ('x' || encode(substr(data, 2, 4), 'hex'))::bit(32)::bigint IS DISTINCT FROM to_regclass('horizon')::oid::bigint)`,
    [plan.subscription, `"${plan.publication}"`, BEGIN, position, CHANGES, TRUNCATE],
  );
  return Number(count);
}
