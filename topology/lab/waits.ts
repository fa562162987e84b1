import type pg from 'pg';
import { withDatabase } from '../../support/database.ts';
import { superuserDsn } from './database.ts';
import type { Lab } from './store.ts';

const WAITING = "FROM pg_stat_activity WHERE wait_event_type = 'IPC' AND wait_event = 'SyncRep' AND backend_xid IS NOT NULL";

/** Transactions of a copy that wait for its synchronous standby, by their 64-bit number. */
export function waitingAt(lab: Lab, copy: string): Promise<string[]> {
  // a backend shows the low half of its transaction's number only
  const text = `SELECT ((pg_snapshot_xmax(pg_current_snapshot())::text::bigint >> 32 << 32) | backend_xid::text::bigint)::text AS xid ${WAITING}`;
  return ask(lab, copy, (client) => client.query<{ xid: string }>(text));
}

/** Cancels every wait for a synchronous standby at a copy; how many there were. */
export async function cancelWaitsAt(lab: Lab, copy: string): Promise<number> {
  // chosen first: the planner may call the function for sessions before it knows that they wait
  const chosen = `WITH chosen AS MATERIALIZED (SELECT pid ${WAITING})`;
  const text = `${chosen} SELECT pid::text AS xid FROM chosen WHERE pg_cancel_backend(pid)`;
  return (await ask(lab, copy, (client) => client.query<{ xid: string }>(text))).length;
}

/** Those of some transactions that a new snapshot at the copy sees as committed; one that still waits is in progress for everybody else. */
export function committedAt(lab: Lab, copy: string, transactions: readonly string[]): Promise<string[]> {
  const text = "SELECT xid FROM unnest($1::text[]) AS xid WHERE pg_xact_status(xid::xid8) = 'committed'";
  return ask(lab, copy, (client) => client.query<{ xid: string }>(text, [transactions]));
}

async function ask(lab: Lab, copy: string, query: (client: pg.Client) => Promise<pg.QueryResult<{ xid: string }>>): Promise<string[]> {
  const { rows } = await withDatabase(superuserDsn(lab, copy), query);
  return rows.map(({ xid }) => xid);
}
