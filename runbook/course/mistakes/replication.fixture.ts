import { setTimeout as sleep } from 'node:timers/promises';
import { heldFor, shownWithin } from '../during.fixture.ts';
import { connect } from '../load.fixture.ts';
import type { Site } from '../ledger.fixture.ts';
import type { Mistake } from '../mistake.fixture.ts';

const AS_REPLICA = 'SET session_replication_role = replica;';

/** Publications that differ, an apply that fails, and what a server has run out of. */
export const replication: readonly Mistake[] = [
  ...(['a', 'b'] as const).flatMap((site) => [
    publication(`that of ${site} lacks a table`, site, 'ALTER PUBLICATION mintpress DROP TABLE orders'),
    publication(`that of ${site} has one more table`, site, 'ALTER PUBLICATION mintpress ADD TABLE unpublished_more'),
    publication(`that of ${site} carries no updates`, site, `ALTER PUBLICATION mintpress SET (publish = 'insert, delete')`),
    publication(
      `that of ${site} carries no deletes and no truncates`,
      site,
      `ALTER PUBLICATION mintpress SET (publish = 'insert, update')`,
    ),
    publication(
      `that of ${site} has a filter`,
      site,
      'ALTER PUBLICATION mintpress DROP TABLE orders; ALTER PUBLICATION mintpress ADD TABLE orders WHERE (number % 2 = 0)',
      15,
    ),
    publication(
      `that of ${site} has a list of columns`,
      site,
      'ALTER PUBLICATION mintpress DROP TABLE orders; ALTER PUBLICATION mintpress ADD TABLE orders (number, note)',
      15,
    ),
  ]),
  {
    kind: 'an apply that fails',
    name: 'a row of the follower is in the way',
    expected: 'either',
    only: { synchronous: false },
    make: async ({ sites, ledger }) => {
      const { a, b } = sites.servers;
      await b.sql(`${AS_REPLICA} INSERT INTO changes (id, run, value, epoch) VALUES ('in-the-way', 'course', 'of b', 1)`);
      await ledger.write({ table: 'changes', key: 'in-the-way', site: 'a', by: 'mistake' }, () =>
        a.sql(`INSERT INTO changes (id, run, epoch) VALUES ('in-the-way', 'course', 1)`),
      );
      await sleep(1_000);
      return { undo: async () => void (await b.sql(`${AS_REPLICA} DELETE FROM changes WHERE id = 'in-the-way' AND value = 'of b'`)) };
    },
  },
  {
    kind: 'an apply that fails',
    name: 'a row of the follower is in the way, and the writer is lost',
    expected: 'either',
    atLast: true,
    only: { synchronous: false },
    make: async ({ sites, ledger }) => {
      const { a, b } = sites.servers;
      await b.sql(`${AS_REPLICA} INSERT INTO changes (id, run, value, epoch) VALUES ('in-the-way', 'course', 'of b', 1)`);
      await ledger.write({ table: 'changes', key: 'in-the-way', site: 'a', by: 'mistake' }, () =>
        a.sql(`INSERT INTO changes (id, run, epoch) VALUES ('in-the-way', 'course', 1)`),
      );
      await sleep(1_000);
      a.freeze();
      return {
        lost: 'a',
        undo: async () => {
          a.thaw();
          await b.sql(`${AS_REPLICA} DELETE FROM changes WHERE id = 'in-the-way' AND value = 'of b'`);
        },
      };
    },
  },
  {
    kind: 'an apply that fails',
    name: 'the follower does not reach its writer, which answers',
    expected: 'refused',
    only: { synchronous: false },
    make: async ({ sites }) => {
      const { b } = sites.servers;
      const connection = (dsn: string): Promise<unknown> => b.sql(`ALTER SUBSCRIPTION mintpress CONNECTION '${dsn}'`);
      await connection('postgres://postgres@127.0.0.1:1/postgres');
      await b.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_subscription WHERE pid IS NOT NULL`);
      return { undo: async () => void (await connection(sites.plan.sites.a.dsn)) };
    },
  },
  {
    kind: 'an apply that fails',
    name: 'a row of the old writer is in the way of what comes back',
    expected: 'either',
    make: async ({ sites, ledger }) => {
      const { a, b } = sites.servers;
      return {
        during: async (ended) => {
          if (!(await shownWithin(ended, b, 'SELECT FROM writer WHERE writable'))) return;
          await a.sql(`${AS_REPLICA} INSERT INTO changes (id, run, value, epoch) VALUES ('comes-back', 'course', 'of a', 1)`);
          await ledger
            .write({ table: 'changes', key: 'comes-back', site: 'b', by: 'mistake' }, () =>
              b.sql(`INSERT INTO changes (id, run, epoch) VALUES ('comes-back', 'course', 2)`),
            )
            .catch(() => undefined);
        },
      };
    },
  },
  {
    kind: 'an apply that fails',
    name: 'a lock of the follower holds it up',
    expected: 'either',
    atLast: true,
    make: async ({ sites, dice }) => {
      const client = await connect(sites, 'b', 'postgres');
      await client.query('BEGIN; LOCK TABLE changes IN SHARE ROW EXCLUSIVE MODE');
      return heldFor(client, dice.pick([1_000, 3_000, 20_000]));
    },
  },
  ...(['a', 'b'] as const).flatMap((site): Mistake[] => [
    {
      kind: 'a server that has run out of something',
      name: `slots of ${site}`,
      expected: 'either',
      settings: { [site]: { max_replication_slots: '4' } },
      make: async ({ sites }) => {
        await sites.servers[site].sql(`DO $$ BEGIN WHILE (SELECT count(*) FROM pg_replication_slots) < 4 LOOP
          PERFORM pg_create_physical_replication_slot('own_' || count(*)) FROM pg_replication_slots; END LOOP; END $$`);
        return {
          undo: async () =>
            void (await sites.servers[site].sql(
              `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE 'own%'`,
            )),
        };
      },
    },
    {
      kind: 'a server that has run out of something',
      name: `connections of ${site}`,
      expected: 'either',
      settings: { [site]: { max_connections: '22' } },
      make: async ({ sites }) => {
        const open: Awaited<ReturnType<typeof connect>>[] = [];
        try {
          for (let n = 0; n < 22; n += 1) open.push(await connect(sites, site, n < 18 ? 'other' : 'postgres'));
        } catch {
          // there are no more
        }
        return { undo: async () => void (await Promise.all(open.map((client) => client.end().catch(() => undefined)))) };
      },
    },
  ]),
  {
    kind: 'a server that has run out of something',
    name: 'wal_level of the follower is replica',
    expected: 'refused',
    isMendable: false,
    settings: { b: { wal_level: 'replica' } },
    make: async () => ({}),
  },
  {
    kind: 'a load balancer that fails',
    name: 'its command ends with an error',
    expected: 'either',
    make: async () => ({ plan: (plan) => ({ ...plan, balancer: ['sh', '-c', 'echo no such pool >&2; exit 1', 'sh', '{site}'] }) }),
  },
  {
    kind: 'a load balancer that fails',
    name: 'its command is not there',
    expected: 'either',
    make: async () => ({ plan: (plan) => ({ ...plan, balancer: ['./send-traffic-to', '{site}'] }) }),
  },
];

function publication(name: string, site: Site, sql: string, since?: number): Mistake {
  return {
    kind: 'publications that differ',
    name,
    expected: 'refused',
    only: since === undefined ? {} : { since },
    make: async ({ sites }) => {
      const server = sites.servers[site];
      await server.sql('CREATE TABLE unpublished_more (note text PRIMARY KEY)');
      await server.sql(sql);
      return {
        undo: async () => {
          await server.sql('ALTER PUBLICATION mintpress DROP TABLE unpublished_more').catch(() => undefined);
          await server.sql('ALTER PUBLICATION mintpress DROP TABLE orders').catch(() => undefined);
          await server.sql(
            `ALTER PUBLICATION mintpress ADD TABLE orders; ALTER PUBLICATION mintpress SET (publish = 'insert, update, delete, truncate')`,
          );
        },
      };
    },
  };
}
