import type { TransactionLine } from '../record/format.ts';
import { withDatabase } from '../support/database.ts';
import type { Topology } from '../topology/model.ts';
import { WRITTEN_TIMELINE } from './observe-copy.ts';

/**
 * What the truth says of the transactions that the platform logged for this run (`pg_xact_status`). A number means one transaction only
 * on one timeline of one system: those begun elsewhere are left out, as are those too old for the truth to remember.
 */
export async function transactionsOf(topology: Topology, asked: { truth: string; tag: string; since: Date }): Promise<TransactionLine[]> {
  const { truth, tag, since } = asked;
  const logged = await topology.writeLedger({ idsBeginWith: `${tag}.`, since });
  return withDatabase(topology.database.dsn(truth), async (client) => {
    const { rows: here } = await client.query<{ system: string; timeline: number }>(
      `select system_identifier::text as system, ${WRITTEN_TIMELINE} as timeline from pg_control_system()`,
    );
    const own = logged.filter(({ system, timeline }) => system === here[0]?.system && timeline === here[0].timeline);
    const { rows } = await client.query<{ status: TransactionLine['status'] | null }>(
      'select pg_xact_status(xid::xid8) as status from unnest($1::text[]) with ordinality as given(xid, place) order by place',
      [own.map(({ xid }) => xid)],
    );
    return own.flatMap((entry, place) => {
      const status = rows[place]?.status;
      return status === null || status === undefined ? [] : [{ ...entry, status }];
    });
  });
}
