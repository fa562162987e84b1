import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findPostgres, startPrimary, type TestServer } from '../platform/postgres.fixture.ts';
import { withSite } from './database.ts';
import { advanceSequences, sequencePositions } from './sequences.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';
const PLAN = { publication: 'mintpress', sequenceGap: 1000 };

describe('sequences of a site', { skip, timeout: 60_000, concurrency: 1 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startPrimary(bin!, 'a', { wal_level: 'logical' });
    await server.sql('CREATE TABLE orders (number serial PRIMARY KEY, note text); CREATE PUBLICATION mintpress FOR TABLE orders');
  });
  after(async () => server?.stop());

  const advanced = (positions?: Record<string, string>): ReturnType<typeof advanceSequences> =>
    withSite({ name: 'a', dsn: server.dsn('postgres') }, (client) => advanceSequences(client, PLAN, positions));
  const last = async (sequence: string): Promise<unknown> =>
    (await server.sql(`SELECT last_value::integer AS last FROM ${sequence}`))[0]?.last;

  it('stay where they are where they fill tables that are not published', async () => {
    await server.sql(`CREATE TABLE reports (number serial PRIMARY KEY); INSERT INTO reports DEFAULT VALUES;
      CREATE SEQUENCE of_reports; CREATE TABLE more (number integer DEFAULT nextval('of_reports')); INSERT INTO more DEFAULT VALUES;
      INSERT INTO orders DEFAULT VALUES`);
    const moved = await advanced({ 'public.reports_number_seq': '50', 'public.of_reports': '50', 'public.orders_number_seq': '50' });
    assert.deepEqual(moved, { moved: 1, shortened: [], atTheirEnd: [], untold: [] });
    assert.deepEqual([await last('orders_number_seq'), await last('reports_number_seq'), await last('of_reports')], [1050, 1, 1]);
  });

  it('are moved where a published table uses them too, a partition of one, or nothing at all', async () => {
    await server.sql(`CREATE SEQUENCE shared; CREATE SEQUENCE loose;
      CREATE TABLE unpublished (number integer DEFAULT nextval('shared')); INSERT INTO unpublished VALUES (70);
      CREATE TABLE published (number integer PRIMARY KEY DEFAULT nextval('shared')); INSERT INTO published VALUES (60);
      CREATE TABLE parted (number integer PRIMARY KEY) PARTITION BY RANGE (number);
      CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10000); CREATE SEQUENCE of_part OWNED BY part.number;
      INSERT INTO parted VALUES (80); ALTER PUBLICATION mintpress ADD TABLE published, parted`);
    await advanced({ 'public.loose': '5' });
    assert.deepEqual([await last('shared'), await last('of_part'), await last('loose')], [1070, 1080, 1005]);
  });

  it('of a site are told with those alone', async () => {
    const positions = await withSite({ name: 'a', dsn: server.dsn('postgres') }, (client) => sequencePositions(client, PLAN));
    assert.deepEqual(Object.keys(positions).toSorted(), ['public.loose', 'public.of_part', 'public.orders_number_seq', 'public.shared']);
  });

  for (const [type, values] of [
    ['integer', 'n'],
    ['bigint', 'n'],
    ['smallint', 'n'],
    ['numeric', 'n + 0.7'],
    ['double precision', 'n + 0.7'],
  ] as const) {
    it(`ask the index of a column of ${type}, however many rows there are`, async () => {
      await server.sql(`DROP TABLE IF EXISTS large; CREATE TABLE large (number ${type}); CREATE SEQUENCE of_large OWNED BY large.number;
        ALTER PUBLICATION mintpress ADD TABLE large; INSERT INTO large SELECT ${values} FROM generate_series(1, 20000) n; CREATE INDEX ON large (number)`);
      await server.sql('VACUUM ANALYZE large');
      await withSite({ name: 'a', dsn: server.dsn('postgres') }, async (client) => {
        await client.query('BEGIN');
        await advanceSequences(client, PLAN);
        const { rows } = await client.query(
          `SELECT seq_scan::integer AS whole, idx_scan::integer AS index FROM pg_stat_xact_user_tables WHERE relname = 'large'`,
        );
        assert.deepEqual(rows, [{ whole: 0, index: 1 }]);
        await client.query('COMMIT');
      });
      assert.equal(await last('of_large'), 21_000);
    });
  }

  it('are told from other numbers and from texts by reading them all', async () => {
    await server.sql(`CREATE TABLE texts (id text PRIMARY KEY, reference oid); CREATE SEQUENCE of_texts OWNED BY texts.id;
      CREATE SEQUENCE of_oids OWNED BY texts.reference; INSERT INTO texts VALUES ('9', 7), ('10', 12), ('ten', 3); ALTER PUBLICATION mintpress ADD TABLE texts`);
    await advanced();
    assert.deepEqual([await last('of_texts'), await last('of_oids')], [1010, 1012]);
  });
});
