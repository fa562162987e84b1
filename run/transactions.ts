import type pg from 'pg';
import type { TransactionLine } from '../record/format.ts';
import { withDatabase } from '../support/database.ts';
import type { Topology } from '../topology/model.ts';
import { WRITTEN_TIMELINE } from './observe-copy.ts';

type LedgerEntry = Awaited<ReturnType<Topology['writeLedger']>>[number];

/**
 * What the truth says of the transactions that the platform logged for this run (`pg_xact_status`). A number means one transaction only
 * on one timeline of one system: those begun on another system are left out, those of an older timeline as `carriedOver` says, and those too old for
 * the truth to remember.
 */
export async function transactionsOf(topology: Topology, asked: { truth: string; tag: string; since: Date }): Promise<TransactionLine[]> {
  const { truth, tag, since } = asked;
  const logged = await topology.writeLedger({ idsBeginWith: `${tag}.`, since });
  return withDatabase(topology.database.dsn(truth), async (client) => {
    const { rows: here } = await client.query<{ system: string; timeline: number }>(
      `select system_identifier::text as system, ${WRITTEN_TIMELINE} as timeline from pg_control_system()`,
    );
    const ofSystem = logged.filter(({ system }) => system === here[0]?.system);
    const own = ofSystem.filter(({ timeline }) => timeline === here[0]?.timeline);
    const older = ofSystem.filter(({ timeline }) => timeline < (here[0]?.timeline ?? 0));
    const told = [...own, ...(await carriedOver(client, tag, older))];
    const { rows } = await client.query<{ status: TransactionLine['status'] | null }>(
      'select pg_xact_status(xid::xid8) as status from unnest($1::text[]) with ordinality as given(xid, place) order by place',
      [told.map(({ xid }) => xid)],
    );
    return told.flatMap((entry, place) => {
      const status = rows[place]?.status;
      return status === null || status === undefined ? [] : [{ ...entry, status }];
    });
  });
}

/**
 * Of transactions of older timelines those whose numbers the truth cannot have given out again. A server that is promoted goes on with the number after
 * the highest that it saw in the log. So every number up to one that it took over from a timeline stands for the same transaction as there. What it took over shows
 * in the rows of the run: written by a transaction that was logged on that timeline, and by that number in this server's own log (`xmin`), which is no
 * copy that came another way. What is above the highest of them may have been given out again, and is not told.
 */
async function carriedOver(client: pg.Client, tag: string, older: readonly LedgerEntry[]): Promise<LedgerEntry[]> {
  if (older.length === 0) return [];
  const { rows } = await client.query<{ id: string; xid: string }>(
    `select id, xid::text as xid from changes where run = $1 and xmin::text::bigint = xid::text::numeric % 4294967296
     union all select key, xid::text from projects where run = $1 and xmin::text::bigint = xid::text::numeric % 4294967296`,
    [tag],
  );
  const held = new Set(rows.map(({ id, xid }) => `${xid} ${id}`));
  const highest = new Map<number, bigint>();
  for (const { id, xid, timeline } of older) {
    if (held.has(`${xid} ${id}`) && BigInt(xid) > (highest.get(timeline) ?? 0n)) highest.set(timeline, BigInt(xid));
  }
  return older.filter(({ xid, timeline }) => BigInt(xid) <= (highest.get(timeline) ?? 0n));
}
