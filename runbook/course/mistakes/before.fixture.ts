import { heldFor, pauseWithin, shownWithin } from '../during.fixture.ts';
import { connect } from '../load.fixture.ts';
import type { Made, Mistake, Scene } from '../mistake.fixture.ts';

const kind = 'a transaction begun before the fence';

/** Writes at the old writer whose guard was passed, or whose snapshot was taken, before the command. Whatever is told to be committed is in the ledger. */
export const begunBefore: readonly Mistake[] = [
  open('a REPEATABLE READ transaction of another role', 'other', ['BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT count(*) FROM changes']),
  open('a REPEATABLE READ transaction of the platform', 'app', ['BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT count(*) FROM changes']),
  open('a REPEATABLE READ transaction of a superuser', 'postgres', [
    'BEGIN ISOLATION LEVEL REPEATABLE READ',
    'SELECT count(*) FROM changes',
  ]),
  open('a transaction of another role that has not read yet', 'other', ['BEGIN ISOLATION LEVEL SERIALIZABLE']),
  open('a transaction of another role that has written', 'other', [
    'BEGIN',
    `INSERT INTO changes (id, run, epoch) VALUES ('first-of-two', 'course', 1)`,
  ]),
  {
    kind,
    name: 'a statement that has passed the guard and has no number yet',
    expected: 'either',
    make: async (scene) => {
      const client = await connect(scene.sites, 'a', 'other');
      const seconds = scene.dice.pick([1, 4, 8]);
      const written = committed(scene, 'slow', async () => {
        await client.query(`INSERT INTO changes (id, run, epoch) SELECT 'slow', 'course', 1 FROM pg_sleep(${seconds})`);
      });
      return { during: () => written, undo: () => client.end() };
    },
  },
  {
    kind,
    name: 'a snapshot is exported, and imported while the fence waits for whoever exported it',
    expected: 'either',
    make: async (scene) => {
      const exporter = await connect(scene.sites, 'a', 'other');
      await exporter.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      const { rows } = await exporter.query<{ name: string }>('SELECT pg_export_snapshot() AS name');
      return {
        during: async (ended) => {
          // the old writer says that it refuses writes
          await shownWithin(ended, scene.sites.servers.a, 'SELECT FROM writer WHERE NOT writable');
          const importer = await connect(scene.sites, 'a', 'other');
          await committed(scene, 'imported', async () => {
            await importer.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
            await importer.query(`SET TRANSACTION SNAPSHOT '${rows[0]?.name}'`);
            await importer.query(`INSERT INTO changes (id, run, epoch) VALUES ('imported', 'course', 1)`);
            await pauseWithin(ended, scene.dice.pick([0, 1_500, 60_000]));
            await importer.query('COMMIT');
          });
          await importer.end();
        },
        undo: () => exporter.end().catch(() => undefined),
      };
    },
  },
  {
    kind,
    name: 'the row of the table "writer" is locked',
    expected: 'either',
    make: async ({ sites, dice }) => {
      const client = await connect(sites, 'a', 'postgres');
      await client.query('BEGIN');
      await client.query('SELECT FROM writer FOR UPDATE');
      return heldFor(client, dice.pick([1_000, 5_000, 15_000]));
    },
  },
  {
    kind,
    name: 'a transaction is prepared, and committed after',
    expected: 'either',
    make: async (scene) => {
      const client = await connect(scene.sites, 'a', 'other');
      await client.query('BEGIN');
      await client.query(`INSERT INTO changes (id, run, epoch) VALUES ('prepared', 'course', 1)`);
      await client.query(`PREPARE TRANSACTION 'course'`);
      await client.end();
      return {
        during: async (ended) => {
          await pauseWithin(ended, scene.dice.pick([500, 2_000, 60_000]));
          await committed(scene, 'prepared', async () => finish(scene, 'COMMIT'));
        },
        undo: async () => finish(scene, 'ROLLBACK').catch(() => undefined),
      };
    },
  },
  {
    kind,
    name: 'a transaction is open in another database of the follower',
    expected: 'either',
    make: async (scene) => elsewhere(scene, 'b'),
  },
  {
    kind,
    name: 'a transaction is open in another database of the writer',
    expected: 'either',
    make: async (scene) => elsewhere(scene, 'a'),
  },
];

function open(name: string, role: string, begin: readonly string[]): Mistake {
  return {
    kind,
    name,
    expected: 'either',
    make: async (scene): Promise<Made> => {
      const client = await connect(scene.sites, 'a', role);
      for (const statement of begin) await client.query(statement);
      const after = scene.dice.pick([500, 1_500, 60_000, 60_000]);
      return {
        during: async (ended) => {
          await pauseWithin(ended, after);
          await committed(scene, 'late', async () => {
            await client.query(`INSERT INTO changes (id, run, epoch) VALUES ('late', 'course', 1)`);
            await client.query('COMMIT');
          });
        },
        undo: () => client.end().catch(() => undefined),
      };
    },
  };
}

/* Refused and ended is as good; what is told to be committed is held against the runbook. */
async function committed({ ledger }: Scene, key: string, act: () => Promise<void>): Promise<void> {
  await ledger.write({ table: 'changes', key, site: 'a', by: 'mistake' }, act).catch(() => undefined);
}

async function finish({ sites }: Scene, how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
  const client = await connect(sites, 'a', 'postgres');
  await client.query(`${how} PREPARED 'course'`).finally(() => void client.end());
}

async function elsewhere({ sites, dice }: Scene, site: 'a' | 'b'): Promise<Made> {
  await sites.servers[site].sql('CREATE DATABASE elsewhere');
  const client = await connect(sites, site, 'postgres', 'elsewhere');
  await client.query('BEGIN');
  await client.query('SELECT pg_current_xact_id()');
  return heldFor(client, dice.pick([3_000, 15_000]));
}
