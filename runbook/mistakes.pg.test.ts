import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { rmSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { findPostgres } from '../platform/postgres.fixture.ts';
import { HoldfastError, UsageError } from '../support/errors.ts';
import { until } from '../support/poll.ts';
import { silent, settled } from './circle.fixture.ts';
import { readEntries } from './journal.ts';
import { startPair, write, type TestPair } from './pair.fixture.ts';
import type { Watcher } from './steps.ts';
import { failback, promote, type Consent } from './runbooks.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';

/** Something that is wrong at one of two sites before a promotion of b, and what that is refused with. */
interface Mistake {
  name: string;
  /** at "a" and "b" in turn, before and after; where a site is left out nothing is done there */
  a?: [string, string];
  b?: [string, string];
  refused: RegExp;
  /** with this a person goes on */
  consent?: Consent;
}

const TABLE = (name: string, more = ''): string =>
  `CREATE TABLE ${name} (id integer PRIMARY KEY, note text)${more}; GRANT INSERT, SELECT ON ${name} TO app`;
const GUARD = (table: string): string =>
  `CREATE TRIGGER only_at_the_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_unless_writer()`;

const MISTAKES: Mistake[] = [
  {
    name: 'a published table that the subscription does not know',
    a: [`${TABLE('late')}; ${GUARD('late')}; ALTER PUBLICATION mintpress ADD TABLE late`, 'DROP TABLE late'],
    b: [`${TABLE('late')}; ${GUARD('late')}; ALTER PUBLICATION mintpress ADD TABLE late`, 'DROP TABLE late'],
    refused: /public\.late is not in it/,
  },
  {
    name: 'a table that only the writer publishes',
    a: [`${TABLE('alone')}; ${GUARD('alone')}; ALTER PUBLICATION mintpress ADD TABLE alone`, 'DROP TABLE alone'],
    b: [TABLE('alone'), 'DROP TABLE alone'],
    refused: /site a publishes public\.alone, site b does not/,
  },
  {
    name: 'a table that only the follower publishes',
    b: [`${TABLE('alone')}; ${GUARD('alone')}; ALTER PUBLICATION mintpress ADD TABLE alone`, 'DROP TABLE alone'],
    refused: /site b publishes public\.alone, site a does not/,
  },
  {
    name: 'a publication with the rows of a filter',
    a: [
      'ALTER PUBLICATION mintpress SET TABLE terms, horizon, changes WHERE (epoch > 0), jobs, completions, projects, markers, tickets',
      SET_ALL(),
    ],
    refused: /of changes only the rows of a filter/,
  },
  {
    name: 'a publication with some columns',
    b: [
      'ALTER PUBLICATION mintpress SET TABLE terms, horizon, changes, jobs, completions, projects, markers (run, nonce), tickets',
      SET_ALL(),
    ],
    refused: /of markers only some columns/,
  },
  {
    name: 'a publication without deletes',
    b: [
      `ALTER PUBLICATION mintpress SET (publish = 'insert, update')`,
      `ALTER PUBLICATION mintpress SET (publish = 'insert, update, delete, truncate')`,
    ],
    refused: /it carries no deletes, no truncates/,
  },
  {
    name: 'a table of the writer without the guard',
    a: ['DROP TRIGGER only_at_the_writer ON tickets', GUARD('tickets')],
    refused: /site a: .*guard.*missing at tickets \(INSERT, DELETE, UPDATE, TRUNCATE\)/,
  },
  {
    name: 'a guard of the follower that is switched off',
    b: ['ALTER TABLE changes DISABLE TRIGGER only_at_the_writer', 'ALTER TABLE changes ENABLE TRIGGER only_at_the_writer'],
    refused: /site b: .*missing at changes/,
  },
  {
    name: 'a guard that does not fire for all that writes',
    a: [
      `DROP TRIGGER only_at_the_writer ON jobs; CREATE TRIGGER only_at_the_writer BEFORE INSERT OR UPDATE ON jobs FOR EACH STATEMENT EXECUTE FUNCTION refuse_unless_writer()`,
      `DROP TRIGGER only_at_the_writer ON jobs; ${GUARD('jobs')}`,
    ],
    refused: /jobs \(DELETE, TRUNCATE\)/,
  },
  {
    name: 'a guard with a condition',
    a: [
      `DROP TRIGGER only_at_the_writer ON jobs; CREATE TRIGGER only_at_the_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON jobs FOR EACH STATEMENT WHEN (current_user <> 'admin') EXECUTE FUNCTION refuse_unless_writer()`,
      `DROP TRIGGER only_at_the_writer ON jobs; ${GUARD('jobs')}`,
    ],
    refused: /missing at jobs/,
  },
  {
    name: 'a prepared transaction',
    a: [
      `BEGIN; INSERT INTO changes (id, run, epoch) VALUES ('prepared', 'test', 1); PREPARE TRANSACTION 'held'`,
      `ROLLBACK PREPARED 'held'`,
    ],
    refused: /no prepared transaction, got "held"/,
  },
  {
    name: 'a foreign key of a table that is not published',
    a: ['CREATE TABLE notes (id integer PRIMARY KEY, change text REFERENCES changes)', 'DROP TABLE notes'],
    refused: /foreign keys .*notes_change_fkey of notes to changes/,
  },
  {
    name: 'an unlogged table',
    a: [`CREATE UNLOGGED TABLE sessions (id integer); INSERT INTO sessions VALUES (1)`, 'DROP TABLE sessions'],
    refused: /site a stores public\.sessions, which replication does not bring.*--leave-behind public\.sessions/,
    consent: { leaveBehind: ['sessions'] },
  },
  {
    name: 'a large object',
    a: [`SELECT lo_from_bytea(4711, 'x')`, 'SELECT lo_unlink(4711)'],
    refused: /--leave-behind large-objects/,
    consent: { leaveBehind: ['large-objects'] },
  },
  {
    name: 'a table that the platform fills and nobody publishes',
    a: [`${TABLE('forgotten')}; INSERT INTO forgotten VALUES (1)`, 'DROP TABLE forgotten'],
    refused: /site a stores public\.forgotten/,
    consent: { leaveBehind: ['public.forgotten'] },
  },
  {
    name: 'a row that the follower lacks',
    b: [
      `SET session_replication_role = replica; DELETE FROM changes WHERE id = 'first'; RESET session_replication_role`,
      `SET session_replication_role = replica; INSERT INTO changes SELECT 'first', 'test', NULL, '1', 1, '2026-01-01'; RESET session_replication_role`,
    ],
    refused: /site b is no equal copy of site a: "public"."changes": 1 rows are missing/,
  },
  {
    name: 'no slot left at the follower',
    b: [
      `SELECT pg_create_logical_replication_slot('used' || n, 'pgoutput') FROM generate_series(1, 4) n`,
      `SELECT pg_drop_replication_slot('used' || n) FROM generate_series(1, 4) n`,
    ],
    refused: /site b: expected a free replication slot, all 4 are used/,
  },
  {
    name: 'a subscription that takes another publication',
    a: ['CREATE PUBLICATION another FOR TABLE changes', 'DROP PUBLICATION another'],
    b: [
      'ALTER SUBSCRIPTION mintpress SET PUBLICATION another WITH (refresh = false)',
      'ALTER SUBSCRIPTION mintpress SET PUBLICATION mintpress WITH (refresh = false)',
    ],
    refused: /to be of publication "mintpress" alone and by a slot of its own name; it is of another/,
  },
  {
    name: 'a subscription of a second publication beside it',
    a: ['CREATE PUBLICATION another FOR TABLE changes', 'DROP PUBLICATION another'],
    b: [
      'ALTER SUBSCRIPTION mintpress SET PUBLICATION mintpress, another WITH (refresh = false)',
      'ALTER SUBSCRIPTION mintpress SET PUBLICATION mintpress WITH (refresh = false)',
    ],
    refused: /to be of publication "mintpress" alone/,
  },
  {
    name: 'a table that inherits from one that is published, and is not itself',
    a: ['CREATE TABLE heir () INHERITS (markers)', 'DROP TABLE heir'],
    refused: /not heir, which inherits from a table that it carries/,
  },
  {
    name: 'a guard that asks whichever table "writer" a session finds first',
    a: OTHER_GUARD('SELECT writable AND last_value = 1 FROM writer, writer_gate'),
    refused: /site a: .*guard.*missing at jobs/,
  },
  {
    name: 'a guard that asks the table alone, as each transaction sees it',
    a: OTHER_GUARD('SELECT writable FROM public.writer'),
    refused: /site a: .*guard.*missing at jobs/,
  },
  {
    name: 'a gate that does not go with the table',
    b: ['ALTER TABLE writer DISABLE TRIGGER moves_the_gate', 'ALTER TABLE writer ENABLE ALWAYS TRIGGER moves_the_gate'],
    refused: /site b: .*guard.*missing at changes/,
  },
  {
    name: 'a role of somebody with the name of the one that is made',
    b: ['CREATE ROLE mintpress_replicator LOGIN', 'DROP ROLE mintpress_replicator'],
    refused: /role "mintpress_replicator" is somebody's own/,
  },
];

/** A guard of jobs that asks in its own way, and the one that was there. */
function OTHER_GUARD(question: string): [string, string] {
  return [
    `CREATE FUNCTION asks_otherwise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT (${question}) THEN RAISE read_only_sql_transaction; END IF; RETURN NULL; END $$;
      DROP TRIGGER only_at_the_writer ON jobs; ${GUARD('jobs').replace('refuse_unless_writer', 'asks_otherwise')}`,
    `DROP TRIGGER only_at_the_writer ON jobs; DROP FUNCTION asks_otherwise(); ${GUARD('jobs')}`,
  ];
}

function SET_ALL(): string {
  return 'ALTER PUBLICATION mintpress SET TABLE terms, horizon, changes, jobs, completions, projects, markers, tickets';
}

/** An error as a server of PostgreSQL's protocol sends it before a session is made. */
function errorOf(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** What a promotion may change, at both sites. */
async function everything(pair: TestPair): Promise<unknown[]> {
  const ask = (sql: string): Promise<unknown[][]> => Promise.all([pair.servers.a.sql(sql), pair.servers.b.sql(sql)]);
  return [
    await ask('SELECT * FROM writer'),
    await ask('SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting ORDER BY 1, 2'),
    await ask(`SELECT current_setting('synchronous_standby_names')`),
    await ask('SELECT subname, subenabled, subslotname FROM pg_subscription'),
    await ask('SELECT slot_name FROM pg_replication_slots ORDER BY 1'),
    await ask('SELECT rolname FROM pg_roles ORDER BY 1'),
    readEntries(pair.plan.journal).length,
    pair.traffic(),
  ];
}

const PREPARED = { max_prepared_transactions: '2' };

describe('a promotion under a mistake', { skip, timeout: 240_000, concurrency: 1 }, () => {
  let pair: TestPair;
  before(async () => {
    pair = await startPair(bin!, { settings: { ...PREPARED, max_replication_slots: '4' } });
    await pair.servers.a.sql(`INSERT INTO changes (id, run, xid, epoch, created_at) VALUES ('first', 'test', '1', 1, '2026-01-01')`);
    await until({ subject: 'b', condition: 'the first row', timeoutMs: 10_000, probe: async () => (await pair.ids('b')).has('first') });
  });
  after(async () => pair?.stop());

  for (const { name, a, b, refused } of MISTAKES) {
    it(`is refused before anything is changed: ${name}`, async () => {
      await pair.servers.a.sql(a?.[0] ?? 'SELECT 1');
      await pair.servers.b.sql(b?.[0] ?? 'SELECT 1');
      try {
        const was = await everything(pair);
        await assert.rejects(promote(pair.planned({ tailSeconds: 2 }), 'b', { watcher: silent }), (error) => {
          assert.ok(error instanceof UsageError, String(error));
          assert.match(error.message, refused);
          return true;
        });
        assert.deepEqual(await everything(pair), was);
      } finally {
        await pair.servers.b.sql(b?.[1] ?? 'SELECT 1');
        await pair.servers.a.sql(a?.[1] ?? 'SELECT 1');
      }
    });
  }

  it('is refused where a subscription leads to a third server, or the plan names one', async () => {
    const third = await startPair(bin!);
    try {
      // "a" of the plan is a reader of the third pair's writer, and b follows the right one
      const sites = { a: { dsn: third.servers.b.dsn('postgres') }, b: { dsn: pair.servers.b.dsn('postgres') } };
      const was = [await everything(pair), await everything(third)];
      await assert.rejects(promote(pair.planned({ sites }), 'b', { watcher: silent }), /leads to another server|slot/);
      const wrong = { a: { dsn: third.servers.a.dsn('postgres') }, b: { dsn: pair.servers.b.dsn('postgres') } };
      await assert.rejects(promote(pair.planned({ sites: wrong }), 'b', { watcher: silent }), /it leads to another server/);
      assert.deepEqual([await everything(pair), await everything(third)], was);
    } finally {
      await third.stop();
    }
  });

  describe('takes nobody for lost', () => {
    let listener: Server;
    let behaviour: (socket: Socket) => void;
    before(async () => {
      listener = createServer((socket) => {
        socket.on('error', () => undefined);
        behaviour(socket);
      });
      await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    });
    after(() => listener?.close());

    const refusedWith = async (dsn: string, expected: RegExp, consent: Consent = {}): Promise<void> => {
      const was = await everything(pair);
      const sites = { a: { dsn }, b: { dsn: pair.servers.b.dsn('postgres') } };
      await assert.rejects(promote(pair.planned({ sites }), 'b', { ...consent, watcher: silent }), (error) => {
        assert.ok(error instanceof UsageError, String(error));
        assert.match(error.message, expected);
        return true;
      });
      assert.deepEqual(await everything(pair), was);
    };
    const listening = (): string => `postgres://postgres@127.0.0.1:${(listener.address() as AddressInfo).port}/postgres`;

    for (const [what, act, expected] of [
      ['speaks HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /answers, so it is not lost/],
      ['refuses TLS', (socket) => void socket.once('data', () => socket.end('N')), /answers, so it is not lost/],
      [
        'is a pooler without a server',
        (socket) => void socket.once('data', () => socket.end(errorOf('08P01', 'server login failed'))),
        /server login failed: it answers/,
      ],
      [
        'starts',
        (socket) => void socket.once('data', () => socket.end(errorOf('57P03', 'the database system is starting up'))),
        /it is not lost; wait until it has started/,
      ],
      ['answers and falls silent', (socket) => void socket.once('data', () => socket.write('R')), /answered, and then fell silent/],
      ['closes without a word', (socket) => void socket.once('data', () => socket.end()), /--other-is-lost a/],
    ] satisfies [string, (socket: Socket) => void, RegExp][]) {
      it(`that ${what}`, async () => {
        behaviour = act;
        await refusedWith(what === 'refuses TLS' ? `${listening()}?sslmode=require` : listening(), expected);
      });
    }

    it('that has no such role, no such database, or no connection left', async () => {
      const { a } = pair.servers;
      await refusedWith(a.dsn('nobody'), /role "nobody" does not exist: it answers/);
      await refusedWith(`${a.dsn('postgres')}x`, /database "postgresx" does not exist: it answers/);
      await a.sql('CREATE ROLE narrow LOGIN CONNECTION LIMIT 0');
      await refusedWith(a.dsn('narrow'), /all of them are taken .*dsn is right/);
      await a.sql('DROP ROLE narrow');
    });

    it('whose name is not found, until a person types that it is', async () => {
      const nowhere = 'postgres://postgres@no-such-host.invalid:5432/postgres';
      await refusedWith(nowhere, /--other-is-lost a/);
      await refusedWith(nowhere, /expected the name of the other site, "a"/, { otherIsLost: 'b' });
      await refusedWith(pair.servers.a.dsn('postgres'), /site a answers: it is not lost/, { otherIsLost: 'a' });
    });

    it('that is not where its dsn says, but is heard of', async () => {
      await refusedWith(
        'postgres://postgres@127.0.0.1:1/postgres',
        /gives no answer by its dsn, but what site b follows answers: it lives/,
      );
    });
  });

  it('goes on with what the person has named', async () => {
    for (const { a, b, consent } of MISTAKES) {
      if (consent === undefined) continue;
      await pair.servers.a.sql(a?.[0] ?? 'SELECT 1');
      await pair.servers.b.sql(b?.[0] ?? 'SELECT 1');
    }
    const leaveBehind = MISTAKES.flatMap(({ consent }) => [...(consent?.leaveBehind ?? [])]);
    const { writer, epoch } = await promote(pair.plan, 'b', { leaveBehind, watcher: silent });
    await settled(pair, writer as 'b', epoch);
    const back = await failback(pair.plan, 'a', { watcher: silent });
    await settled(pair, 'a', back.epoch);
    for (const { a, consent } of MISTAKES) if (consent !== undefined) await pair.servers.a.sql(a?.[1] ?? 'SELECT 1');
  });

  it('leaves the names of others in synchronous_standby_names, and those of a site that are connected to nobody stop it', async () => {
    const { b } = pair.servers;
    await b.sql(`ALTER SYSTEM SET synchronous_standby_names = 'own'`);
    await b.sql('SELECT pg_reload_conf()');
    await assert.rejects(promote(pair.plan, 'b', { watcher: silent }), /wait for 1 of its own that is not connected/);
    await b.sql(`ALTER SYSTEM RESET synchronous_standby_names`);
    await b.sql('SELECT pg_reload_conf()');
  });
});

describe('the fence', { skip, timeout: 240_000, concurrency: 1 }, () => {
  let pair: TestPair;
  before(async () => {
    pair = await startPair(bin!, { settings: PREPARED });
    for (const server of Object.values(pair.servers))
      await server.sql(
        'CREATE ROLE other LOGIN; GRANT ALL ON changes, markers, tickets TO other; GRANT SELECT ON writer TO other; GRANT USAGE ON SEQUENCE tickets_number_seq TO other',
      );
  });
  after(async () => pair?.stop());

  for (const [what, begin, late] of [
    [
      'a snapshot of before',
      ['BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT 1 FROM changes'],
      `INSERT INTO changes (id, run, epoch) VALUES ($1, 'test', 1)`,
    ],
    [
      'a serializable snapshot of before',
      ['BEGIN ISOLATION LEVEL SERIALIZABLE', 'SELECT 1 FROM changes'],
      `INSERT INTO changes (id, run, epoch) VALUES ($1, 'test', 1)`,
    ],
    [
      'a row written before',
      ['BEGIN', `INSERT INTO markers (run, nonce) VALUES ('test', 'x')`],
      `INSERT INTO changes (id, run, epoch) VALUES ($1, 'test', 1)`,
    ],
  ] as const) {
    it(`lets no transaction of another role commit that has ${what}`, async () => {
      const session = new pg.Client({ connectionString: pair.servers.a.dsn('other') });
      session.on('error', () => undefined);
      await session.connect();
      for (const sql of begin) await session.query(sql);
      const { epoch } = await promote(pair.plan, 'b', { watcher: silent });
      const outcome = await session
        .query(late, ['leaked'])
        .then(() => session.query('COMMIT'))
        .then(
          () => 'committed',
          () => 'refused',
        );
      await session.end().catch(() => undefined);
      assert.equal(outcome, 'refused');
      assert.equal((await pair.ids('a')).has('leaked'), false);
      await settled(pair, 'b', epoch);
      await failback(pair.plan, 'a', { watcher: silent });
    });
  }

  it('waits for a statement that passed the guard before and has written nothing yet', async () => {
    const session = new pg.Client({ connectionString: pair.servers.a.dsn('other') });
    session.on('error', () => undefined);
    await session.connect();
    const statement = session.query(`INSERT INTO changes (id, run, epoch) SELECT 'slow', 'test', 1 FROM pg_sleep(0.8)`).then(
      () => 'committed',
      () => 'refused',
    );
    await until({
      subject: 'a',
      condition: 'the statement at work',
      timeoutMs: 10_000,
      intervalMs: 5,
      probe: async () => (await pair.servers.a.sql(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)).length === 1,
    });
    const { epoch } = await promote(pair.plan, 'b', { watcher: silent });
    const outcome = await statement;
    await session.end().catch(() => undefined);
    // committed: it is at both sites; refused: at none
    for (const site of ['a', 'b'] as const) assert.equal((await pair.ids(site)).has('slow'), outcome === 'committed', site);
    await settled(pair, 'b', epoch);
    await failback(pair.plan, 'a', { watcher: silent });
  });

  it('is taken back as a whole where a transaction is prepared behind it, and where the load balancer fails', async () => {
    const { a } = pair.servers;
    const was = (await everything(pair)).slice(0, 5);
    const failing = pair.planned({ balancer: ['sh', '-c', '[ "$1" = a ] || { echo token=hunter2; exit 3; }', 'sh', '{site}', 'hunter2'] });
    await assert.rejects(promote(failing, 'b', { watcher: silent }), (error) => {
      assert.ok(error instanceof HoldfastError);
      assert.match(error.message, /load balancer's command .*ended with 3.*Site a goes on as before/);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
    assert.deepEqual((await everything(pair)).slice(0, 5), was);
    assert.equal(await write(a.dsn('app'), 'after'), true);
    await a.sql(`CREATE FUNCTION prepare_late() RETURNS void LANGUAGE sql AS 'SELECT pg_sleep(0)'`);
    const session = new pg.Client({ connectionString: a.dsn('other') });
    session.on('error', () => undefined);
    await session.connect();
    await session.query('BEGIN');
    await session.query(`INSERT INTO markers (run, nonce) VALUES ('test', 'prepared')`);
    const begins = ({ name }: { name: string }): void => {
      if (name === 'fence') void session.query(`PREPARE TRANSACTION 'behind'`).catch(() => undefined);
    };
    await assert.rejects(
      promote(pair.plan, 'b', { watcher: { ...silent, begins } }),
      /no prepared transaction, got "behind".*Site a goes on as before/,
    );
    await session.end();
    await a.sql(`COMMIT PREPARED 'behind'`);
    assert.deepEqual((await everything(pair)).slice(0, 5), was);
    await until({
      subject: 'b',
      condition: 'the row that was committed behind the fence',
      timeoutMs: 10_000,
      probe: async () => (await pair.servers.b.sql(`SELECT FROM markers WHERE nonce = 'prepared'`)).length === 1,
    });
    const { epoch } = await promote(pair.plan, 'b', { watcher: silent });
    await settled(pair, 'b', epoch);
    await failback(pair.plan, 'a', { watcher: silent });
  });

  it('is left by its writer itself where the journal of an interrupted run is gone, and by nobody who is not the last writer', async () => {
    const interrupted = (after: string): { watcher: Watcher } => ({
      watcher: {
        ...silent,
        ended: ({ name }) => {
          if (name === after) throw new Error('interrupted here');
        },
      },
    });
    await assert.rejects(promote(pair.plan, 'b', interrupted('sequences')), /interrupted here/);
    assert.equal(await write(pair.servers.a.dsn('app'), 'closed'), false);
    rmSync(pair.plan.journal);
    const again = await promote(pair.plan, 'a', { watcher: silent });
    assert.deepEqual([again.writer, again.follows], ['a', true]);
    await settled(pair, 'a', again.epoch);
    // b wrote, and was fenced to give back: a is not the last writer, and has no way to what b took
    const there = await promote(pair.plan, 'b', { watcher: silent });
    await settled(pair, 'b', there.epoch);
    await pair.servers.a.sql('ALTER SUBSCRIPTION mintpress DISABLE; ALTER SUBSCRIPTION mintpress SET (slot_name = NONE)');
    await pair.servers.a.sql('DROP SUBSCRIPTION mintpress');
    await pair.servers.b.sql('UPDATE writer SET writable = false');
    await assert.rejects(promote(pair.plan, 'a', { watcher: silent }), /site a does not follow/);
    const back = await promote(pair.plan, 'b', { watcher: silent });
    assert.deepEqual([back.writer, back.follows], ['b', false]);
    await failback(pair.plan, 'a', { watcher: silent });
  });

  it('shows no secret to whoever may read statements, and makes a role for the subscription', async () => {
    const reader = new pg.Client({ connectionString: pair.servers.a.dsn('app') });
    reader.on('error', () => undefined);
    const seen = new Set<string>();
    let isOver = false;
    await pair.servers.a.sql(`ALTER ROLE app CONNECTION LIMIT -1`);
    const watching = (async (): Promise<void> => {
      while (!isOver) {
        const client = new pg.Client({ connectionString: pair.servers.a.dsn('app') });
        client.on('error', () => undefined);
        try {
          await client.connect();
          while (!isOver)
            for (const { query } of (await client.query<{ query: string }>('SELECT query FROM pg_stat_activity')).rows) seen.add(query);
        } catch {
          // the fence ends sessions of the platform
        } finally {
          await client.end().catch(() => undefined);
        }
      }
    })();
    await promote(pair.plan, 'b', { watcher: silent });
    isOver = true;
    await watching;
    const statements = [...seen];
    assert.ok(
      statements.some((text) => text.includes('CREATE SUBSCRIPTION')),
      'the statement was seen',
    );
    const [subscription] = await pair.servers.a.sql<{ subconninfo: string }>('SELECT subconninfo FROM pg_subscription');
    const { username, password } = new URL(subscription?.subconninfo ?? '');
    assert.equal(username, 'mintpress_replicator');
    assert.ok(password.length >= 32);
    assert.equal(
      statements.some((text) => text.includes(password)),
      false,
    );
    assert.deepEqual(await pair.servers.b.sql(`SELECT rolsuper, rolreplication FROM pg_roles WHERE rolname = 'mintpress_replicator'`), [
      { rolsuper: false, rolreplication: true },
    ]);
    await failback(pair.plan, 'a', { watcher: silent });
  });

  it('lets sequences go on that are near their end, belong to texts or to nothing, or to a session', async () => {
    const { a, b } = pair.servers;
    for (const server of [a, b]) {
      await server.sql(`CREATE TABLE small (number smallserial PRIMARY KEY);
        CREATE SEQUENCE loose; CREATE TABLE defaulted (id bigint PRIMARY KEY DEFAULT nextval('loose'));
        CREATE TABLE texts (id text PRIMARY KEY); CREATE SEQUENCE of_texts OWNED BY texts.id; ALTER TABLE texts ALTER id SET DEFAULT nextval('of_texts')::text;
        CREATE TABLE identities (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, twice integer GENERATED ALWAYS AS (id * 2) STORED);
        CREATE TABLE odd (id integer PRIMARY KEY, epoch text)`);
      for (const table of ['small', 'defaulted', 'texts', 'identities', 'odd'])
        await server.sql(`${GUARD(table)}; GRANT ALL ON ${table} TO app; ALTER PUBLICATION mintpress ADD TABLE ${table}`);
      await server.sql('GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app');
    }
    await a.sql(`SELECT setval('small_number_seq', 32000); INSERT INTO small DEFAULT VALUES; INSERT INTO defaulted DEFAULT VALUES; INSERT INTO texts DEFAULT VALUES;
      INSERT INTO identities DEFAULT VALUES; INSERT INTO odd VALUES (1, 'long ago')`);
    await b.sql('ALTER SUBSCRIPTION mintpress REFRESH PUBLICATION');
    await until({
      subject: 'b',
      condition: 'following',
      timeoutMs: 20_000,
      probe: async () => (await b.sql(`SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r'`)).length === 0,
    });
    const session = new pg.Client({ connectionString: b.dsn('postgres') });
    session.on('error', () => undefined);
    await session.connect();
    await session.query('CREATE TEMPORARY TABLE report (number serial); INSERT INTO report DEFAULT VALUES');
    const { epoch, facts } = await promote(pair.plan, 'b', { watcher: silent });
    await session.end();
    assert.match(String(facts.sequences?.shortened), /small_number_seq by 383/);
    for (const table of ['small', 'defaulted', 'texts', 'identities']) await b.sql(`INSERT INTO ${table} DEFAULT VALUES`);
    assert.deepEqual(await b.sql('SELECT max(number)::integer AS number FROM small'), [{ number: 32_385 }]);
    await settled(pair, 'b', epoch);
    await failback(pair.plan, 'a', { watcher: silent });
  });

  it('holds at a follower that is read-only as a whole, and the platform writes there all the same', async () => {
    const { b } = pair.servers;
    await b.sql('ALTER SYSTEM SET default_transaction_read_only = on');
    await b.sql('SELECT pg_reload_conf()');
    const { epoch } = await promote(pair.plan, 'b', { watcher: silent });
    await settled(pair, 'b', epoch);
    await failback(pair.plan, 'a', { watcher: silent });
    await b.sql('SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only').catch(() => undefined);
  });
});
