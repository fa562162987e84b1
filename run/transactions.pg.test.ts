import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPostgres, startPrimary, startStandby, type TestServer } from '../platform/postgres.fixture.ts';
import { SCHEMA_SQL } from '../platform/schema.ts';
import { withDatabase } from '../support/database.ts';
import { until } from '../support/poll.ts';
import type { Topology } from '../topology/model.ts';
import { WRITTEN_TIMELINE } from './observe-copy.ts';
import { transactionsOf } from './transactions.ts';

type LedgerEntry = Awaited<ReturnType<Topology['writeLedger']>>[number];

const bin = findPostgres();

test(
  'transactions of an older timeline are told as far as their numbers cannot have been given out again',
  { skip: bin === undefined },
  async () => {
    const leader = await startPrimary(bin as string, 'db1', { wal_level: 'replica' });
    const follower = await startStandby(bin as string, 'db2', leader);
    try {
      await leader.sql(SCHEMA_SQL);
      const kept = await write(leader, 'r.1');
      const undone = await write(leader, 'r.2', 'ROLLBACK');
      const last = await write(leader, 'r.3');
      await shows(follower, 'r.3');
      await follower.sql("ALTER SYSTEM SET primary_conninfo = ''");
      await follower.sql('SELECT pg_reload_conf()');
      await until({
        subject: 'the standby',
        condition: 'cut from its leader',
        timeoutMs: 20_000,
        intervalMs: 20,
        probe: async () => (await leader.sql('SELECT FROM pg_stat_replication')).length === 0,
      });
      // what the leader wrote beyond that is lost, and its number is given out again
      const lost = await write(leader, 'r.4');
      await follower.promote();
      const again = await write(follower, 'r.5');
      assert.equal(again.xid, lost.xid);
      // a row that came another way than by the log proves nothing, whatever number it names
      await follower.sql("INSERT INTO changes (id, run, epoch, xid) VALUES ('r.6', 'r', 1, '900')");
      const copied = { ...lost, id: 'r.6', xid: '900' };
      const elsewhere = { ...kept, id: 'r.7', system: '1' };
      const logged = [kept, undone, last, lost, again, copied, elsewhere];
      const told = await transactionsOf(topologyOf(follower, logged), { truth: 'db2', tag: 'r', since: new Date() });
      assert.deepEqual(Object.fromEntries(told.map(({ id, timeline, status }) => [id, `${status} on ${timeline}`])), {
        'r.1': 'committed on 1',
        'r.2': 'aborted on 1',
        'r.3': 'committed on 1',
        'r.5': 'committed on 2',
      });
    } finally {
      await follower.stop();
      await leader.stop();
    }
  },
);

/** Writes a change as the platform does, and says what it would have logged. */
async function write(server: TestServer, id: string, end: 'COMMIT' | 'ROLLBACK' = 'COMMIT'): Promise<LedgerEntry> {
  return withDatabase(server.dsn('postgres'), async (client) => {
    await client.query('BEGIN');
    await client.query("INSERT INTO changes (id, run, epoch) VALUES ($1, 'r', 1)", [id]);
    const { rows } = await client.query<Omit<LedgerEntry, 'id'>>(
      `SELECT pg_current_xact_id()::text AS xid, system_identifier::text AS system, ${WRITTEN_TIMELINE} AS timeline FROM pg_control_system()`,
    );
    await client.query(end);
    const [row] = rows;
    assert.ok(row !== undefined);
    return { ...row, id };
  });
}

async function shows(server: TestServer, id: string): Promise<void> {
  await until({
    subject: 'the standby',
    condition: id,
    timeoutMs: 20_000,
    intervalMs: 20,
    probe: async () =>
      (await server.sql("SELECT WHERE to_regclass('changes') IS NOT NULL")).length === 1 &&
      (await server.sql(`SELECT FROM changes WHERE id = '${id}'`)).length === 1,
  });
}

function topologyOf(truth: TestServer, logged: LedgerEntry[]): Topology {
  return { database: { dsn: () => truth.dsn('postgres') }, writeLedger: async () => logged } as unknown as Topology;
}
