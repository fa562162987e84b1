import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { oneWriterSql } from '../platform/one-writer.ts';
import { findPostgres, startPrimary, type TestServer } from '../platform/postgres.fixture.ts';
import { SCHEMA_SQL, grantsSql } from '../platform/schema.ts';
import { until } from '../support/poll.ts';
import { withSite } from './database.ts';
import { before as asItWas, restore } from './fence.ts';
import { planFrom, type Plan } from './plan.ts';
import { waitForNobody } from './standby.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';

/** synchronous_standby_names: of the server's own file, by ALTER SYSTEM, and after nobody is waited for any more. */
const CASES = [
  { own: '', system: null, without: '' },
  { own: '', system: '', without: '' },
  { own: '', system: '"mintpress"', without: '' },
  { own: 'mintpress', system: null, without: '' },
  { own: 'ANY 2 (s1, mintpress)', system: null, without: 'ANY 1 (s1)' },
  { own: 's1', system: 'ANY 2 (s1, mintpress)', without: 'ANY 1 (s1)' },
  { own: 's1', system: 's1, mintpress', without: 's1' },
] as const;

describe('what commits wait for', { skip, timeout: 60_000, concurrency: 1 }, () => {
  let server: TestServer;
  let plan: Plan;
  before(async () => {
    server = await startPrimary(bin!, 'a', { wal_level: 'logical' });
    await server.sql(`CREATE ROLE app LOGIN; ${SCHEMA_SQL}; ${grantsSql('app')}; ${oneWriterSql('mintpress')}`);
    const sites = { a: { dsn: server.dsn('postgres') }, b: { dsn: 'postgres://postgres@127.0.0.1:1/postgres' } };
    plan = planFrom({ sites, role: 'app', balancer: ['true', '{site}'] }, '/tmp');
  });
  after(async () => server?.stop());

  /** lines of the files, and what counts */
  const now = (): Promise<object[]> =>
    server.sql(`SELECT setting, sourcefile, current_setting('synchronous_standby_names') AS counts
      FROM pg_file_settings RIGHT JOIN (SELECT) AS always ON lower(name) = 'synchronous_standby_names' ORDER BY seqno`);

  for (const { own, system, without } of CASES) {
    it(`is as it was after a way back: "${own}" of the server's own, ${system === null ? 'nothing' : `"${system}"`} by ALTER SYSTEM`, async () => {
      await server.sql('ALTER SYSTEM RESET synchronous_standby_names');
      await server.sql(`COPY (SELECT 'synchronous_standby_names = ''${own}''') TO '${await fileOf(server)}'`);
      if (system !== null) await server.sql(`ALTER SYSTEM SET synchronous_standby_names = '${system}'`);
      await server.sql('SELECT pg_reload_conf()');
      await until({
        subject: 'a',
        condition: 'the setting',
        timeoutMs: 10_000,
        probe: async () => (await server.sql(`SELECT current_setting('synchronous_standby_names') AS value`))[0]?.value === (system ?? own),
      });
      const was = await now();
      await withSite({ name: 'a', dsn: server.dsn('postgres') }, async (client) => {
        const before = await asItWas(client, plan);
        await waitForNobody(client, plan);
        const [{ value } = { value: '' }] = (
          await client.query<{ value: string }>(`SELECT current_setting('synchronous_standby_names') AS value`)
        ).rows;
        assert.equal(value, without);
        await restore(client, plan, before);
      });
      assert.deepEqual(await now(), was);
    });
  }
});

async function fileOf(server: TestServer): Promise<string> {
  return String((await server.sql(`SELECT current_setting('config_file') AS file`))[0]?.file);
}
