import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { oneWriterSql } from './one-writer.ts';
import { eventually, pause, startPod, type TestPod } from './platform.fixture.ts';
import { findPostgres, startPrimary, type TestServer } from './postgres.fixture.ts';
import { grantsSql, SCHEMA_SQL } from './schema.ts';
import { settingsFrom } from './settings.ts';
import { startWorker, type StartedWorker } from './worker-loop.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';
const SETTINGS = { wal_level: 'logical', wal_receiver_status_interval: '1s', wal_retrieve_retry_interval: '200ms' };
/** nothing listens there */
const NOBODY = 'http://127.0.0.1:59999';

describe('the platform with a database at each site, of which one writes', { skip, timeout: 120_000 }, () => {
  let writer: TestServer;
  let follower: TestServer;
  let there: TestPod;
  let here: TestPod;
  let forwarding: TestPod;
  let worker: StartedWorker;

  before(async () => {
    [writer, follower] = await Promise.all([startPrimary(bin!, 'a2', SETTINGS), startPrimary(bin!, 'b2', SETTINGS)]);
    for (const server of [writer, follower]) {
      await server.sql(`CREATE ROLE app LOGIN; ${SCHEMA_SQL} ${grantsSql('app')}`);
      if (server === follower) await server.sql('UPDATE writer SET writable = false');
      await server.sql(oneWriterSql('mintpress'));
    }
    await follower.sql('ALTER ROLE app IN DATABASE postgres SET default_transaction_read_only = on');
    await follower.sql(`CREATE SUBSCRIPTION mintpress CONNECTION '${writer.dsn('postgres')}' PUBLICATION mintpress`);
    await eventually(async () => (await follower.sql(`SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r'`)).length === 0);
    there = await startPod({ HOLDFAST_SITE: 'a', DATABASE_RW: writer.dsn() });
    here = await startPod({ HOLDFAST_SITE: 'b', DATABASE_RW: follower.dsn(), PEERS: there.url });
    forwarding = await startPod({ HOLDFAST_SITE: 'b', DATABASE_RW: follower.dsn(), PEERS: `${NOBODY} ${there.url}`, FORWARD_WRITES: '1' });
    worker = startWorker(settingsFrom({ HOLDFAST_SITE: 'b', DATABASE_RW: follower.dsn() }));
  });

  after(async () => {
    await Promise.all([there, here, forwarding].map((pod) => pod?.stop()));
    await worker?.stop();
    await follower?.stop();
    await writer?.stop();
  });

  async function listed(pod: TestPod, after: string): Promise<{ ids: string[]; next: string }> {
    const { status, body } = await pod.call(`/api/changes?run=lists&role=replica&after=${after}`);
    assert.equal(status, 200);
    const { items, next } = body as unknown as { items: { id: string }[]; next: string };
    return { ids: items.map(({ id }) => id), next };
  }

  it('refuses a write at the site that follows, for certain', async () => {
    assert.partialDeepStrictEqual(await here.add('p1'), { status: 409, body: { error: 'database', sqlstate: '25006', site: 'b' } });
    assert.deepEqual(await writer.sql("SELECT FROM changes WHERE id = 'p1'"), []);
  });

  it('hands it on where it is to, past a node that refuses, and says who took it', async () => {
    const { status, body } = await forwarding.add('p2');
    assert.partialDeepStrictEqual({ status, body }, { status: 201, body: { site: 'a', copy: 'a2', epoch: 1 } });
    assert.equal((await forwarding.put('k1', 1, 'x')).status, 200);
    assert.equal((await forwarding.put('k1', 0, 'y')).status, 409);
  });

  it('reads at the site that follows: by token what was acknowledged, and nothing as from the primary', async () => {
    const { body } = await there.add('p3');
    const found = await here.find('p3', `role=replica&token=${body.token}`);
    assert.partialDeepStrictEqual(found, { status: 200, body: { found: true, copy: 'b2', epoch: 1 } });
    assert.partialDeepStrictEqual(await here.find('p3', 'role=primary'), { status: 503, body: { error: 'not-primary' } });
  });

  it('says by token that a write is not there yet while nothing comes in, and has it once it does', async () => {
    await follower.sql('ALTER SUBSCRIPTION mintpress DISABLE');
    await eventually(async () => (await writer.sql('SELECT FROM pg_replication_slots WHERE active')).length === 0);
    const { body } = await there.add('p4');
    assert.partialDeepStrictEqual(await here.find('p4', `role=replica&token=${body.token}`), {
      status: 503,
      body: { error: 'token-not-reached' },
    });
    await follower.sql('ALTER SUBSCRIPTION mintpress ENABLE');
    await eventually(async () => (await here.find('p4', `role=replica&token=${body.token}`)).status === 200);
  });

  it('lists at the site that follows as far as nothing can come before it any more', async () => {
    // the writer's numbers are far ahead of the follower's
    await writer.sql('DO $$ BEGIN FOR i IN 1..2000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$');
    assert.deepEqual((await listed(here, '')).ids, []);
    const atWriter = startWorker(settingsFrom({ HOLDFAST_SITE: 'a', DATABASE_RW: writer.dsn(), PEERS: here.url }));
    try {
      await there.add('l1', { run: 'lists' });
      await eventually(async () => (await listed(here, '')).ids.length === 1);
      const open = writer.sql("BEGIN; INSERT INTO changes (id, run, epoch) VALUES ('l2', 'lists', 1); SELECT pg_sleep(2.5); COMMIT");
      await pause(300);
      await there.add('l3', { run: 'lists' });
      await eventually(async () => (await here.find('l3', 'role=replica')).status === 200);
      // a round of the worker and more
      await pause(1_300);
      const early = await listed(here, '');
      assert.deepEqual(early.ids, ['l1']);
      await open;
      await eventually(async () => (await listed(here, early.next)).ids.join() === 'l2,l3');
    } finally {
      await atWriter.stop();
    }
  });

  it('has a worker there that is ready and does nothing, until its site writes', async () => {
    await eventually(async () => worker.isReady());
    await there.add('w1');
    await eventually(async () => (await here.find('w1', 'role=replica')).status === 200);
    assert.deepEqual(await follower.sql("SELECT FROM completions WHERE site = 'b'"), []);
    // what a promotion does, in short
    await follower.sql(
      'ALTER SUBSCRIPTION mintpress DISABLE; ALTER SUBSCRIPTION mintpress SET (slot_name = NONE); DROP SUBSCRIPTION mintpress',
    );
    await follower.sql('ALTER ROLE app IN DATABASE postgres RESET default_transaction_read_only');
    await follower.sql(`UPDATE writer SET epoch = 2, writable = true;
      INSERT INTO terms SELECT 2, system_identifier::text, '0/1' FROM pg_control_system()`);
    await eventually(async () => (await follower.sql('SELECT FROM jobs')).length === 0);
    assert.equal((await follower.sql("SELECT FROM completions WHERE site = 'b' AND epoch = 2")).length > 0, true);
  });

  it('takes writes there then, and refuses a token of what was not taken over', async () => {
    // the first one closes the sessions that were opened before
    await eventually(async () => (await here.add('p5')).status < 300);
    assert.partialDeepStrictEqual((await here.add('p6')).body, { copy: 'b2', epoch: 2 });
    const { body } = await there.add('p7');
    assert.partialDeepStrictEqual(await here.find('p7', `role=replica&token=${body.token}`), {
      status: 409,
      body: { error: 'token-refused' },
    });
  });

  it('lists on there behind a place of the old writer, whose numbers were higher', async () => {
    const before = await listed(here, '');
    assert.deepEqual(before.ids, ['l1', 'l2', 'l3']);
    await here.add('l4', { run: 'lists' });
    await eventually(async () => (await listed(here, before.next)).ids.join() === 'l4');
  });

  it('refuses writes at the old writer as soon as its pods hear of the new one', async () => {
    const old = await startPod({ HOLDFAST_SITE: 'a', DATABASE_RW: writer.dsn(), PEERS: here.url });
    try {
      await eventually(async () => (await old.add('p8')).body.error === 'old-epoch');
      assert.partialDeepStrictEqual(await old.add('p9'), { status: 409, body: { error: 'old-epoch', epoch: 1, site: 'a' } });
      assert.deepEqual(await writer.sql("SELECT FROM changes WHERE id = 'p9'"), []);
    } finally {
      await old.stop();
    }
  });
});
