import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findPostgres, startPrimary, startStandby } from '../platform/postgres.fixture.ts';
import { SCHEMA_SQL } from '../platform/schema.ts';
import { RecordWriter } from '../record/writer.ts';
import { until } from '../support/poll.ts';
import type { Topology } from '../topology/model.ts';
import { readFinalState } from './final-state.ts';

const bin = findPostgres();
const ROWS = 30_000;

test('a copy whose server goes away while it is read is read again, and leaves nothing half', { skip: bin === undefined }, async () => {
  const server = await startPrimary(bin as string, 'db1');
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-final-'));
  try {
    await server.sql(SCHEMA_SQL);
    await server.sql(`INSERT INTO changes (id, run, epoch) SELECT 'r.' || i, 'r', 1 FROM generate_series(1, ${ROWS}) i`);
    const writer = new RecordWriter(folder);
    const reading = readFinalState(topologyOf({ db1: server.dsn('postgres') }), { tag: 'r', startedAt: new Date(), writer });
    // the reading session is the one whose table reads are limited to sequential ones
    await until({
      subject: 'the reading of the copy',
      condition: 'under way',
      timeoutMs: 20_000,
      intervalMs: 1,
      probe: async () => {
        const ended = await server.sql<{ ended: boolean }>(
          `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
           WHERE application_name = 'holdfast' AND state = 'active' AND query LIKE '%UNION ALL%' AND query NOT LIKE '%md5%'`,
        );
        return ended.length > 0;
      },
    });
    const { troubles, catchUpMs } = await reading;
    assert.deepEqual(troubles, []);
    assert.deepEqual(Object.keys(catchUpMs), ['db1']);
    assert.deepEqual(readdirSync(join(folder, 'final')), ['db1.jsonl.gz']);
    assert.deepEqual(readdirSync(join(folder, 'evidence')), ['transactions.jsonl.gz']);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test(
  'a copy that answers all the time and never shows the marker never caught up; of one that does not answer nothing is said',
  { skip: bin === undefined },
  async () => {
    const leader = await startPrimary(bin as string, 'db1', { wal_level: 'replica' });
    const follower = await startStandby(bin as string, 'db2', leader);
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-final-'));
    try {
      await leader.sql(SCHEMA_SQL);
      await until({
        subject: 'the standby',
        condition: 'the schema',
        timeoutMs: 20_000,
        intervalMs: 20,
        probe: async () => (await follower.sql("SELECT WHERE to_regclass('markers') IS NOT NULL")).length === 1,
      });
      await follower.sql('SELECT pg_wal_replay_pause()');
      const copies = { db1: leader.dsn('postgres'), db2: follower.dsn('postgres'), db3: 'postgres://postgres@127.0.0.1:1/postgres' };
      const run = { tag: 'r', startedAt: new Date(), writer: new RecordWriter(folder), timeoutMs: 1000 };
      const { catchUpMs } = await readFinalState(topologyOf(copies), run);
      assert.deepEqual(Object.keys(catchUpMs).sort(), ['db1', 'db2']);
      assert.equal(typeof catchUpMs.db1, 'number');
      assert.equal(catchUpMs.db2, null);
    } finally {
      await follower.stop();
      await leader.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

function topologyOf(dsns: Record<string, string>): Topology {
  const database = {
    copies: async () =>
      Object.keys(dsns).map((name) => ({
        name,
        role: name === 'db1' ? 'primary' : 'replica',
        running: true,
        sync: true,
        timeline: 1,
        lagBytes: 0,
      })),
    primary: async () => ({ name: 'db1' }),
    dsn: (copy: string) => dsns[copy],
    deposedRows: () => new Map(),
  };
  return { database, writeLedger: async () => [] } as unknown as Topology;
}
