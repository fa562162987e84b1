import { connect } from '../load.fixture.ts';
import { guarded } from '../../two-sites.fixture.ts';
import type { Sites } from '../sites.fixture.ts';
import type { Made, Mistake, Scene } from '../mistake.fixture.ts';

const kind = 'a sequence of its own kind';
const asDefault = `ALTER TABLE counted ALTER COLUMN number SET DEFAULT nextval('counted_number_seq')`;

/** Sequences that cannot be moved on, or that no column owns. */
export const sequences: readonly Mistake[] = [
  sequence('of a smallserial is near its end', 'number smallserial', `SELECT setval('counted_number_seq', 32700)`),
  sequence('is at its end', 'number serial', `SELECT setval('counted_number_seq', 2147483647)`),
  sequence('is owned by a column of text', 'number text', 'CREATE SEQUENCE counted_number_seq OWNED BY counted.number'),
  sequence('goes down', 'number integer', `CREATE SEQUENCE counted_number_seq INCREMENT -1 OWNED BY counted.number; ${asDefault}`),
  sequence('goes round', 'number integer', `CREATE SEQUENCE counted_number_seq MAXVALUE 40 CYCLE OWNED BY counted.number; ${asDefault}`),
  sequence('is used by a default and owned by nothing', 'number integer', `CREATE SEQUENCE counted_number_seq; ${asDefault}`),
  sequence(
    'has a name that must be quoted',
    'number integer',
    `CREATE SEQUENCE "Counted's seq" OWNED BY counted.number; ALTER TABLE counted ALTER COLUMN number SET DEFAULT nextval('"Counted''s seq"')`,
  ),
  {
    kind,
    name: 'fills a table that is not published',
    expected: 'done',
    make: async ({ sites }) => {
      await both(sites, 'CREATE TABLE unpublished_reports (number serial PRIMARY KEY)');
      await sites.servers.a.sql('INSERT INTO unpublished_reports SELECT FROM generate_series(1, 20)');
      return { undo: () => both(sites, 'DROP TABLE unpublished_reports') };
    },
  },
  {
    kind,
    name: 'is temporary, of a reporting session at the follower',
    expected: 'done',
    make: async ({ sites }) => {
      const client = await connect(sites, 'b', 'postgres');
      await client.query('SET default_transaction_read_only = off; CREATE TEMPORARY TABLE report (number serial, total integer)');
      return { undo: () => client.end() };
    },
  },
];

function sequence(name: string, column: string, sql: string): Mistake {
  return {
    kind,
    name,
    expected: 'either',
    make: async (scene): Promise<Made> => {
      const { a, b } = scene.sites.servers;
      await both(scene.sites, `CREATE TABLE counted (note text PRIMARY KEY, ${column}); ${guarded('counted')}; ${sql}`);
      await both(
        scene.sites,
        'GRANT INSERT, SELECT ON counted TO app; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app; ALTER PUBLICATION mintpress ADD TABLE counted',
      );
      await b.sql('ALTER SUBSCRIPTION mintpress REFRESH PUBLICATION');
      await filled(scene);
      return {
        undo: async () => {
          for (const server of [a, b]) {
            await server.sql('ALTER PUBLICATION mintpress DROP TABLE counted');
            if ((await server.sql(`SELECT FROM pg_subscription WHERE subname = 'mintpress'`)).length > 0)
              await server.sql('ALTER SUBSCRIPTION mintpress REFRESH PUBLICATION');
            // its rows stay, and are in the ledger
            await server.sql('ALTER TABLE counted ALTER COLUMN number DROP DEFAULT, ALTER COLUMN number DROP NOT NULL');
            await server.sql('DROP SEQUENCE IF EXISTS counted_number_seq');
          }
        },
      };
    },
  };
}

async function filled({ sites, ledger }: Scene): Promise<void> {
  for (let n = 0; n < 5; n += 1)
    await ledger
      .write({ table: 'counted', key: `counted-${n}`, site: 'a', by: 'mistake' }, () =>
        sites.servers.a.sql(`INSERT INTO counted (note) VALUES ('counted-${n}')`),
      )
      .catch(() => undefined);
  await sites.servers.a.sql('SELECT pg_sleep(0.5)');
}

async function both({ servers }: Sites, sql: string): Promise<void> {
  await servers.a.sql(sql);
  await servers.b.sql(sql);
}
