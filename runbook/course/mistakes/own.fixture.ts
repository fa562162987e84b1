import type { Made, Mistake } from '../mistake.fixture.ts';
import type { Site } from '../ledger.fixture.ts';
import type { Sites } from '../sites.fixture.ts';

const kind = 'settings of one’s own';

/** What the user has set stays as it is: ownOf() looks at it around each command. */
export const own: readonly Mistake[] = [
  standby('the follower has a synchronous standby of its own', 'b', (name) => name),
  standby('the writer waits for another standby too', 'a', (name) => `2 (${name}, mintpress)`),
  {
    kind,
    name: 'roles, slots and publications that are none of the runbooks’',
    expected: 'done',
    make: async ({ sites }) => {
      for (const server of [sites.servers.a, sites.servers.b]) {
        await server.sql(`ALTER ROLE app IN DATABASE postgres SET statement_timeout = '30s'; ALTER ROLE app SET work_mem = '5MB'`);
        await server.sql(`ALTER ROLE other SET default_transaction_read_only = off; CREATE PUBLICATION reports FOR TABLE writer`);
        await server.sql(`SELECT pg_create_logical_replication_slot('reports', 'pgoutput'), pg_create_physical_replication_slot('backup')`);
        await server.sql(`ALTER SYSTEM SET deadlock_timeout = '900ms'`);
        await server.sql('SELECT pg_reload_conf()');
      }
      return {};
    },
  },
  {
    kind,
    name: 'the writer waits for its follower by its own file',
    expected: 'either',
    only: { synchronous: true },
    make: async ({ sites }) => {
      const { a } = sites.servers;
      const [{ file } = { file: '' }] = await a.sql<{ file: string }>(`SELECT current_setting('config_file') AS file`);
      await a.sql(`COPY (SELECT 'synchronous_standby_names = ''FIRST 1 (mintpress)''') TO '${file}'`);
      await setting(sites, 'a', 'RESET synchronous_standby_names');
      return {};
    },
  },
  {
    kind,
    name: 'the follower is read-only as a whole',
    atLast: true,
    expected: 'either',
    make: async ({ sites }) => {
      await setting(sites, 'b', `SET default_transaction_read_only = 'on'`);
      // a site that is read-only takes no writes of the platform either: whoever promotes it must take that back
      return { undo: () => setting(sites, 'b', 'RESET default_transaction_read_only') };
    },
  },
  {
    kind,
    name: 'the follower ends idle sessions and slow statements',
    expected: 'either',
    make: async ({ sites }) => {
      await setting(sites, 'b', `SET idle_session_timeout = '400ms'`);
      await setting(sites, 'b', `SET lock_timeout = '100ms'`);
      return {
        undo: async () => {
          await setting(sites, 'b', 'RESET idle_session_timeout');
          await setting(sites, 'b', 'RESET lock_timeout');
        },
      };
    },
  },
  {
    kind,
    name: 'ALTER SYSTEM is forbidden at the follower',
    expected: 'either',
    only: { since: 17 },
    isMendable: false,
    settings: { b: { allow_alter_system: 'off' } },
    make: async () => ({}),
  },
  {
    kind,
    name: 'ALTER SYSTEM is forbidden at the writer',
    expected: 'either',
    only: { since: 17, synchronous: false },
    isMendable: false,
    settings: { a: { allow_alter_system: 'off' } },
    make: async () => ({}),
  },
];

function standby(name: string, site: Site, names: (own: string) => string): Mistake {
  return {
    kind,
    name,
    expected: 'either',
    ...(site === 'a' ? { only: { synchronous: true } } : {}),
    make: async ({ sites }): Promise<Made> => {
      const third = await sites.third();
      const server = sites.servers[site];
      await server.sql(
        'CREATE TABLE unpublished_figures (figure integer PRIMARY KEY); CREATE PUBLICATION figures FOR TABLE unpublished_figures',
      );
      await third.sql('CREATE TABLE unpublished_figures (figure integer PRIMARY KEY)');
      await third.sql(`CREATE SUBSCRIPTION figures CONNECTION '${server.dsn('postgres')}' PUBLICATION figures`);
      await server.sql(`ALTER SYSTEM SET synchronous_standby_names = '${names('figures')}'`);
      await server.sql('SELECT pg_reload_conf()');
      return {};
    },
  };
}

async function setting({ servers }: Sites, site: Site, what: string): Promise<void> {
  await servers[site].sql(`ALTER SYSTEM ${what}`);
  await servers[site].sql('SELECT pg_reload_conf()');
}
