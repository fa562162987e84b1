import { setTimeout as sleep } from 'node:timers/promises';
import { guarded } from '../../two-sites.fixture.ts';
import type { Sites } from '../sites.fixture.ts';
import type { Mistake, Scene } from '../mistake.fixture.ts';

const kind = 'what the follower never had';
const ROWS = 200;

/** The follower lacks a table's rows, though its slot is confirmed. */
export const copies: readonly Mistake[] = [
  {
    kind,
    name: 'the first copy of a table is unfinished',
    expected: 'refused',
    make: async (scene) => {
      const { b } = scene.sites.servers;
      await newTable(scene.sites);
      // the copy stops at a row that is there already
      await b.sql(`${AS_REPLICA} INSERT INTO papers (note) VALUES ('paper-7')`);
      await filled(scene);
      await b.sql('ALTER SUBSCRIPTION mintpress REFRESH PUBLICATION');
      await sleep(500);
      return { undo: async () => void (await b.sql(`${AS_REPLICA} DELETE FROM papers WHERE note = 'paper-7'`)) };
    },
  },
  {
    kind,
    name: 'a published table is not in the subscription',
    expected: 'refused',
    make: async (scene) => {
      const { b } = scene.sites.servers;
      await newTable(scene.sites);
      await filled(scene);
      return { undo: async () => void (await b.sql('ALTER SUBSCRIPTION mintpress REFRESH PUBLICATION')) };
    },
  },
  {
    kind,
    name: 'a published table is not at the follower at all',
    expected: 'refused',
    make: async (scene) => {
      const { a, b } = scene.sites.servers;
      await a.sql(`${PAPERS}; ${guarded('papers')}; ALTER PUBLICATION mintpress ADD TABLE papers`);
      await filled(scene);
      return {
        undo: async () => {
          await b.sql(`${PAPERS}; ${guarded('papers')}; ALTER PUBLICATION mintpress ADD TABLE papers`);
          await b.sql('ALTER SUBSCRIPTION mintpress REFRESH PUBLICATION');
        },
      };
    },
  },
  {
    kind,
    name: 'rows of a table were taken away at the follower',
    expected: 'either',
    make: async ({ sites, ledger }) => {
      for (let n = 0; n < 5; n += 1)
        await ledger.write({ table: 'orders', key: `early-${n}`, site: 'a', by: 'mistake' }, () =>
          sites.servers.a.sql(`INSERT INTO orders (note) VALUES ('early-${n}')`),
        );
      await sleep(1_000);
      await sites.servers.b.sql(`${AS_REPLICA} DELETE FROM orders WHERE note LIKE 'early-%'`);
      return {};
    },
  },
];

const AS_REPLICA = 'SET session_replication_role = replica;';
const PAPERS = 'CREATE TABLE papers (note text PRIMARY KEY, epoch integer NOT NULL DEFAULT 1)';

async function newTable({ servers }: Sites): Promise<void> {
  for (const server of [servers.a, servers.b])
    await server.sql(`${PAPERS}; ${guarded('papers')}; ALTER PUBLICATION mintpress ADD TABLE papers`);
}

async function filled({ sites, ledger }: Scene): Promise<void> {
  for (let n = 0; n < ROWS; n += 50)
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => `paper-${n + index}`).map((key) =>
        // a commit that waits for its follower may take longer than a connection may be waited for: it counts as not acknowledged
        ledger
          .write({ table: 'papers', key, site: 'a', by: 'mistake' }, () =>
            sites.servers.a.sql(`INSERT INTO papers (note) VALUES ('${key}')`),
          )
          .catch(() => undefined),
      ),
    );
}
