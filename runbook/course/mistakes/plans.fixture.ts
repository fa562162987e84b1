import type { Mistake } from '../mistake.fixture.ts';

const kind = 'a plan that is not true';

/** The plan says something of the sites that they do not say of themselves. */
export const plans: readonly Mistake[] = [
  {
    kind,
    name: 'a is a reader of a third server',
    expected: 'refused',
    make: async ({ sites }) => {
      const third = await sites.third();
      await third.sql('UPDATE writer SET writable = false');
      return {
        plan: (plan) => ({ ...plan, sites: { ...plan.sites, a: { dsn: third.dsn('postgres') } } }),
        undo: async () => {
          const [row] = await third.sql<{ writable: boolean }>('SELECT writable FROM writer');
          if (row?.writable !== false) throw new Error('the third server takes writes, which it did not');
        },
      };
    },
  },
  {
    kind,
    name: 'a is a third server that takes writes',
    expected: 'refused',
    make: async ({ sites }) => {
      const third = await sites.third();
      return { plan: (plan) => ({ ...plan, sites: { ...plan.sites, a: { dsn: third.dsn('postgres') } } }) };
    },
  },
  {
    kind,
    name: 'a and b are the wrong way round',
    expected: 'refused',
    make: async () => ({ plan: (plan) => ({ ...plan, sites: { a: plan.sites.b, b: plan.sites.a } }) }),
  },
  {
    kind,
    name: 'both lead to the same server',
    expected: 'refused',
    make: async () => ({
      plan: (plan) => ({ ...plan, sites: { a: { dsn: `${plan.sites.b.dsn}?application_name=a` }, b: plan.sites.b } }),
    }),
  },
  {
    kind,
    name: 'the slot is not at the writer',
    expected: 'refused',
    only: { synchronous: false },
    make: async ({ sites }) => {
      const { a, b } = sites.servers;
      await b.sql('ALTER SUBSCRIPTION mintpress DISABLE');
      await a.sql(`DO $$ BEGIN WHILE EXISTS (SELECT FROM pg_replication_slots WHERE active) LOOP PERFORM pg_sleep(0.1); END LOOP; END $$`);
      await a.sql(`SELECT pg_drop_replication_slot('mintpress')`);
      await b.sql('ALTER SUBSCRIPTION mintpress ENABLE');
      return {};
    },
  },
  {
    kind,
    name: 'the subscription of b is disabled',
    expected: 'refused',
    only: { synchronous: false },
    make: async ({ sites }) => {
      await sites.servers.b.sql('ALTER SUBSCRIPTION mintpress DISABLE');
      return { undo: async () => void (await sites.servers.b.sql('ALTER SUBSCRIPTION mintpress ENABLE')) };
    },
  },
  {
    kind,
    name: 'the subscription of b leads to a third server, which has a slot of that name',
    expected: 'refused',
    only: { synchronous: false },
    make: async ({ sites }) => {
      const third = await sites.third();
      await third.sql(`SELECT pg_create_logical_replication_slot('mintpress', 'pgoutput')`);
      await sites.servers.b.sql(`ALTER SUBSCRIPTION mintpress CONNECTION '${third.dsn('postgres')}'`);
      return {
        undo: async () => void (await sites.servers.b.sql(`ALTER SUBSCRIPTION mintpress CONNECTION '${sites.plan.sites.a.dsn}'`)),
      };
    },
  },
  {
    kind,
    name: 'the role of the platform has another name',
    expected: 'refused',
    make: async () => ({ plan: (plan) => ({ ...plan, role: 'platform' }) }),
  },
];
