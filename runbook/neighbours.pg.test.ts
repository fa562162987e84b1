import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findPostgres, startPrimary, type TestServer } from '../platform/postgres.fixture.ts';
import { UsageError } from '../support/errors.ts';
import { until } from '../support/poll.ts';
import { settled, silent } from './circle.fixture.ts';
import { withSite } from './database.ts';
import { transactionsAfter } from './own-tail.ts';
import { startPair, type TestPair } from './pair.fixture.ts';
import { failback, promote } from './runbooks.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';

/** Further than a server of a test comes by itself. */
const FAR_AHEAD = '0/20000000';

describe('a third server beside the two sites', { skip, timeout: 240_000, concurrency: 1 }, () => {
  let pair: TestPair;
  let third: TestServer;
  before(async () => {
    [pair, third] = await Promise.all([startPair(bin!), startPrimary(bin!, 'c', { wal_level: 'logical' })]);
    for (const server of [pair.servers.a, pair.servers.b, third])
      await server.sql('CREATE TABLE figures (figure integer PRIMARY KEY); CREATE PUBLICATION figures FOR TABLE figures');
    await third.sql(
      'CREATE TABLE tickets (number integer PRIMARY KEY, epoch integer NOT NULL DEFAULT 1); CREATE PUBLICATION tickets FOR TABLE tickets',
    );
  });
  after(async () => {
    await third?.stop();
    await pair?.stop();
  });

  const refused = async (expected: RegExp): Promise<void> =>
    assert.rejects(promote(pair.plan, 'b', { watcher: silent }), (error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, expected);
      return true;
    });
  const connected = (follower: TestServer, name: string): Promise<unknown> =>
    until({
      subject: name,
      condition: 'at work',
      timeoutMs: 20_000,
      probe: async () =>
        (await follower.sql(`SELECT FROM pg_stat_subscription WHERE subname = '${name}' AND received_lsn IS NOT NULL`)).length > 0,
    });

  it('stops a promotion where it follows the new writer by a slot of the name that is needed, and keeps its slot', async () => {
    const { b } = pair.servers;
    await third.sql(
      `CREATE SUBSCRIPTION figures CONNECTION '${b.dsn('postgres')}' PUBLICATION figures WITH (slot_name = 'mintpress', copy_data = false)`,
    );
    await connected(third, 'figures');
    await refused(/site b: expected slot "mintpress" to be free .*somebody else follows by it/);
    await connected(third, 'figures');
    await third.sql('DROP SUBSCRIPTION figures');
  });

  for (const site of ['a', 'b'] as const) {
    it(`stops a promotion where it feeds a published table of site ${site}`, async () => {
      const server = pair.servers[site];
      await server.sql(`CREATE SUBSCRIPTION tickets CONNECTION '${third.dsn('postgres')}' PUBLICATION tickets WITH (copy_data = false)`);
      await refused(new RegExp(`site ${site}: expected no other subscription into published tables, got tickets`));
      await server.sql('DROP SUBSCRIPTION tickets');
    });
  }

  it('is not taken for the old writer: a position of its log is none of the other one', async () => {
    const { a, b } = pair.servers;
    await b.sql(`CREATE SUBSCRIPTION figures CONNECTION '${third.dsn('postgres')}' PUBLICATION figures WITH (copy_data = false)`);
    await third.sql(`DO $$ BEGIN WHILE pg_current_wal_lsn() < '${FAR_AHEAD}' LOOP
      PERFORM pg_logical_emit_message(true, 'test', 'x'); PERFORM pg_switch_wal(); END LOOP; END $$`);
    await third.sql('INSERT INTO figures VALUES (1)');
    await until({
      subject: 'b',
      condition: 'what the third server wrote',
      timeoutMs: 20_000,
      probe: async () => (await b.sql('SELECT FROM figures')).length === 1,
    });
    a.freeze();
    const { facts, epoch } = await promote(pair.plan, 'b', { watcher: silent }).finally(() => a.thaw());
    const [{ isOfA } = { isOfA: false }] = await a.sql<{ isOfA: boolean }>(
      `SELECT '${String(facts.tail?.position)}'::pg_lsn <= pg_current_wal_insert_lsn() AS "isOfA"`,
    );
    assert.equal(isOfA, true, String(facts.tail?.position));
    // nor is one that is beyond its log a word on what it wrote after
    assert.equal(await withSite(pair.plan.sites[0], (client) => transactionsAfter(client, FAR_AHEAD, pair.plan)), undefined);
    await b.sql('DROP SUBSCRIPTION figures');
    await failback(pair.plan, 'a', { asReader: true, watcher: silent });
    await settled(pair, 'b', epoch);
  });
});
