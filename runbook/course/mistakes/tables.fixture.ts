import { connect } from '../load.fixture.ts';
import { guarded, tablesCopied } from '../../two-sites.fixture.ts';
import type { Sites } from '../sites.fixture.ts';
import type { Made, Mistake, Scene } from '../mistake.fixture.ts';

/** Tables that are not like the platform's own. */
export const tables: readonly Mistake[] = [
  {
    kind: 'a table without a guard',
    name: 'a published table has none, and another role writes to it',
    expected: 'refused',
    make: async (scene) => {
      const { a, b } = scene.sites.servers;
      for (const server of [a, b]) await server.sql('DROP TRIGGER only_at_the_writer ON orders');
      return {
        ...unguardedWrites(scene),
        undo: async () => void (await Promise.all([a, b].map((server) => server.sql(guarded('orders'))))),
      };
    },
  },
  {
    kind: 'a table without a guard',
    name: 'that of a published table is switched off, and another role writes to it',
    expected: 'refused',
    make: async (scene) => {
      const { a } = scene.sites.servers;
      await a.sql('ALTER TABLE orders DISABLE TRIGGER only_at_the_writer');
      return { ...unguardedWrites(scene), undo: async () => void (await a.sql('ALTER TABLE orders ENABLE TRIGGER only_at_the_writer')) };
    },
  },
  {
    kind: 'a table without a guard',
    name: 'that of a published table asks the table "writer" alone',
    expected: 'refused',
    make: async ({ sites }) => {
      const { a } = sites.servers;
      await a.sql(`CREATE FUNCTION asks_otherwise() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NOT (SELECT writable FROM public.writer) THEN RAISE read_only_sql_transaction; END IF; RETURN NULL; END $$;
        DROP TRIGGER only_at_the_writer ON orders; ${guarded('orders').replace('refuse_unless_writer', 'asks_otherwise')}`);
      return { undo: async () => void (await a.sql(`DROP TRIGGER only_at_the_writer ON orders; ${guarded('orders')}`)) };
    },
  },
  {
    kind: 'a table without a guard',
    name: 'an update of the table "writer" was rolled back, which leaves the gate closed',
    expected: 'done',
    make: async ({ sites }) => {
      await sites.servers.a.sql('BEGIN; UPDATE writer SET writable = false; ROLLBACK');
      return {};
    },
  },
  {
    kind: 'what replication does not carry',
    name: 'an unlogged table with rows',
    expected: 'refused',
    make: async ({ sites }) => {
      await both(sites, 'CREATE UNLOGGED TABLE unpublished_cache (note text)');
      await sites.servers.a.sql(`INSERT INTO unpublished_cache VALUES ('cached')`);
      return { undo: () => both(sites, 'DROP TABLE unpublished_cache') };
    },
  },
  {
    kind: 'what replication does not carry',
    name: 'a large object',
    expected: 'refused',
    make: async ({ sites }) => {
      await sites.servers.a.sql(`SELECT lo_from_bytea(4711, 'here alone')`);
      return { undo: async () => void (await sites.servers.a.sql('SELECT lo_unlink(4711)')) };
    },
  },
  {
    kind: 'a foreign key from an unpublished table',
    name: 'rows of the follower refer to published ones',
    expected: 'either',
    make: async ({ sites }) => {
      await both(sites, 'CREATE TABLE unpublished_likes (number integer REFERENCES orders (number))');
      return { undo: () => both(sites, 'DROP TABLE unpublished_likes') };
    },
  },
  column('an identity column', 'number integer GENERATED ALWAYS AS IDENTITY'),
  column('a generated column', 'length integer GENERATED ALWAYS AS (length(note)) STORED'),
  column('a column "epoch" of text', 'epoch text NOT NULL DEFAULT $$first$$'),
  column('a column "epoch" of time', 'epoch timestamptz NOT NULL DEFAULT now()'),
  column('a column "epoch" beyond an integer', 'epoch bigint NOT NULL DEFAULT 3000000000'),
];

function column(name: string, definition: string): Mistake {
  return {
    kind: 'a column of its own kind',
    name,
    expected: 'either',
    make: async ({ sites, ledger }) => {
      const { a, b } = sites.servers;
      await both(
        sites,
        `CREATE TABLE extras (note text PRIMARY KEY, ${definition}); ${guarded('extras')}; ALTER PUBLICATION mintpress ADD TABLE extras`,
      );
      await b.sql('ALTER SUBSCRIPTION mintpress REFRESH PUBLICATION');
      for (let n = 0; n < 5; n += 1)
        await ledger.write({ table: 'extras', key: `extra-${n}`, site: 'a', by: 'mistake' }, () =>
          a.sql(`INSERT INTO extras (note) VALUES ('extra-${n}')`),
        );
      await tablesCopied(sites.servers.b);
      return {
        undo: async () => {
          await both(sites, 'ALTER PUBLICATION mintpress DROP TABLE extras');
          for (const server of [a, b])
            if ((await server.sql(`SELECT FROM pg_subscription WHERE subname = 'mintpress'`)).length > 0)
              await server.sql('ALTER SUBSCRIPTION mintpress REFRESH PUBLICATION');
        },
      };
    },
  };
}

/* A role that is not made read-only, and that the guard does not stop. */
function unguardedWrites({ sites, ledger }: Scene): Pick<Made, 'during'> {
  return {
    during: async (ended) => {
      let isOver = false;
      void ended.then(() => (isOver = true));
      for (let n = 0; !isOver; n += 1) {
        try {
          const client = await connect(sites, 'a', 'other');
          await ledger
            .write({ table: 'orders', key: `unguarded-${n}`, site: 'a', by: 'mistake' }, () =>
              client.query('INSERT INTO orders (note) VALUES ($1)', [`unguarded-${n}`]),
            )
            .finally(() => void client.end());
        } catch {
          // refused, or ended
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

async function both({ servers }: Sites, sql: string): Promise<void> {
  await servers.a.sql(sql);
  await servers.b.sql(sql);
}
