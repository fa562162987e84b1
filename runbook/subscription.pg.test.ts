import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findPostgres, type TestServer } from '../platform/postgres.fixture.ts';
import { messageOf } from '../support/errors.ts';
import { silent } from './circle.fixture.ts';
import { withSite } from './database.ts';
import { startPair, type TestPair } from './pair.fixture.ts';
import { promote } from './runbooks.ts';
import { subscribe } from './subscription.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';

/**
 * A server that writes down what it is asked: each message with its statement and its context. At "debug1" its own worker would name what it
 * connects to.
 */
const TALKATIVE = {
  logging_collector: 'on',
  log_directory: 'log',
  log_min_messages: 'info',
  log_min_error_statement: 'info',
  log_statement: 'all',
  log_min_duration_statement: '0',
  log_error_verbosity: 'verbose',
  log_lock_waits: 'on',
};

describe('the connection string of a subscription', { skip, timeout: 120_000, concurrency: 1 }, () => {
  let pair: TestPair;
  before(async () => {
    pair = await startPair(bin!, { settings: TALKATIVE });
    for (const server of [pair.servers.a, pair.servers.b])
      await server.sql(`CREATE FUNCTION tells() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'told: %', tg_tag; END $$;
        CREATE EVENT TRIGGER tells ON ddl_command_start EXECUTE FUNCTION tells()`);
  });
  after(async () => pair?.stop());

  const logOf = async (server: TestServer): Promise<string> =>
    String((await server.sql('SELECT pg_read_file(pg_current_logfile()) AS log'))[0]?.log);

  it('is in no line of a log, however much that tells', async () => {
    await promote(pair.plan, 'b', { watcher: silent });
    const [{ source } = { source: '' }] = await pair.servers.a.sql<{ source: string }>('SELECT subconninfo AS source FROM pg_subscription');
    const { password } = new URL(source);
    assert.ok(password.length >= 32);
    for (const server of [pair.servers.a, pair.servers.b]) {
      const log = await logOf(server);
      assert.match(log, /statement: /);
      assert.equal(log.includes(password), false);
    }
    assert.match(await logOf(pair.servers.b), /told: DROP SUBSCRIPTION/);
  });

  it('is neither in a log nor in a message where it is refused', async () => {
    const { a, b } = pair.servers;
    const secret = 'never-to-be-shown';
    const [site] = pair.planned({
      sites: {
        a: { dsn: a.dsn('postgres'), replicationDsn: `postgres://replica:${secret}@127.0.0.1:1/postgres` },
        b: { dsn: b.dsn('postgres') },
      },
    }).sites;
    const error = await withSite(pair.plan.sites[1], (follower) =>
      withSite(pair.plan.sites[0], (writer) =>
        subscribe({ follower, writer, site }, { plan: { ...pair.plan, subscription: 'refused' }, copy: false }),
      ),
    ).then(
      () => 'none',
      (cause: unknown) => messageOf(cause),
    );
    assert.match(error, /expected the other site to subscribe to site a/);
    assert.equal(error.includes(secret), false);
    const log = await logOf(b);
    assert.match(log, /statement: /);
    assert.equal(log.includes(secret), false);
  });
});
