import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import { oneWriterSql } from '../platform/one-writer.ts';
import { noServers, programsOf } from '../platform/postgres-versions.fixture.ts';
import { startPrimary, type TestServer } from '../platform/postgres.fixture.ts';
import { SCHEMA_SQL, grantsSql } from '../platform/schema.ts';
import { until } from '../support/poll.ts';
import { withSite } from './database.ts';
import { before as asItWas, fence, open, restore } from './fence.ts';
import { planFrom, type Plan, type SitePlan } from './plan.ts';
import { writerOf } from './state.ts';

const SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ';
const WRITES = `INSERT INTO changes (id, run, epoch) VALUES ('late', 'test', 1)`;

for (const version of [14, 15, 16, 17, 18] as const) {
  describe(`the gate of a site, PostgreSQL ${version}`, { skip: noServers, timeout: 120_000 }, () => {
    let server: TestServer;
    let site: SitePlan;
    let plan: Plan;
    before(async () => {
      server = await startPrimary(programsOf(version).bin, 'a', { wal_level: 'logical' });
      await server.sql('CREATE ROLE app LOGIN; CREATE ROLE other LOGIN REPLICATION');
      await server.sql(`${SCHEMA_SQL}; ${grantsSql('app')}; GRANT INSERT, SELECT ON changes TO other; ${oneWriterSql('mintpress')}`);
      const sites = { a: { dsn: server.dsn('postgres') }, b: { dsn: 'postgres://postgres@127.0.0.1:1/postgres' } };
      plan = planFrom({ sites, role: 'app', balancer: ['true', '{site}'] }, '/tmp');
      [site] = plan.sites;
    });
    after(async () => server?.stop());
    beforeEach(() => opened());

    const session = async (more: object = {}): Promise<pg.Client> => {
      const client = new pg.Client({ connectionString: server.dsn('other'), ...more });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    };
    const fenced = (): Promise<unknown> => withSite(site, (client) => fence(client, site, plan));
    const opened = (): Promise<void> => withSite(site, (client) => open(client, plan, { epoch: 1 }));
    const closed = (): Promise<unknown> =>
      until({
        subject: 'a',
        condition: 'closed',
        timeoutMs: 20_000,
        intervalMs: 5,
        probe: async () => (await server.sql('SELECT FROM writer WHERE NOT writable')).length === 1,
      });
    const rows = (): Promise<unknown[]> => server.sql(`SELECT id FROM changes WHERE id = 'late'`);

    it('refuses a transaction that imports a snapshot of before while the fence waits for whoever exported it', async () => {
      const exporter = await session();
      await exporter.query(SNAPSHOT);
      const { rows: exported } = await exporter.query<{ name: string }>('SELECT pg_export_snapshot() AS name');
      const fencing = fenced();
      await closed();
      const importer = await session();
      await importer.query(SNAPSHOT);
      await importer.query(`SET TRANSACTION SNAPSHOT '${exported[0]?.name}'`);
      await assert.rejects(importer.query(WRITES), { code: '25006' });
      await importer.query('ROLLBACK');
      await fencing;
      await Promise.all([exporter.end(), importer.end()]);
      assert.deepEqual(await rows(), []);
    });

    it('refuses a snapshot of before in a session that replicates, and ends a statement of it that has passed', async () => {
      const replicating = await session({ replication: 'database' });
      const statement = replicating.query(`${WRITES.replace('VALUES (', 'SELECT ').replace(/\)$/, '')} FROM pg_sleep(60)`).then(
        () => 'committed',
        () => 'ended',
      );
      await until({
        subject: 'a',
        condition: 'the statement at work',
        timeoutMs: 20_000,
        intervalMs: 5,
        probe: async () => (await server.sql(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)).length === 1,
      });
      await fenced();
      assert.equal(await statement, 'ended');
      await replicating.end().catch(() => undefined);
      assert.deepEqual(await rows(), []);
    });

    it('goes with the table, and is put back where an update of that was not committed', async () => {
      const was = await withSite(site, (client) => asItWas(client, plan));
      await server.sql('BEGIN; UPDATE writer SET writable = false; ROLLBACK');
      await assert.rejects(server.sql(WRITES), { code: '25006' });
      assert.equal((await withSite(site, writerOf)).writable, false);
      await withSite(site, (client) => restore(client, plan, was));
      assert.equal((await withSite(site, writerOf)).writable, true);
      await server.sql('SET session_replication_role = replica; UPDATE writer SET writable = false; RESET session_replication_role');
      assert.deepEqual(await server.sql('SELECT last_value::integer AS gate FROM writer_gate'), [{ gate: 0 }]);
      await server.sql(oneWriterSql('mintpress'));
      await assert.rejects(server.sql(WRITES), { code: '25006' });
      await opened();
      await server.sql(`${WRITES}; DELETE FROM changes WHERE id = 'late'`);
    });

    it('is asked by no table of that name of a role of its own, and stays closed where the table is empty', async () => {
      await fenced();
      const other = await session();
      await server.sql('GRANT TEMPORARY ON DATABASE postgres TO other');
      await other.query('CREATE TEMPORARY TABLE writer (writable) AS SELECT true; CREATE TEMPORARY SEQUENCE writer_gate');
      await assert.rejects(other.query(WRITES), { code: '25006' });
      await other.end();
      await opened();
      await server.sql('CREATE TABLE was AS SELECT * FROM writer; DELETE FROM writer');
      await assert.rejects(server.sql(WRITES), { code: '25006' });
      await server.sql('INSERT INTO writer SELECT * FROM was; DROP TABLE was');
    });
  });
}
