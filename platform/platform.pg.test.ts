import { monitorEventLoopDelay } from 'node:perf_hooks';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startBudget } from './budget.ts';
import { openDatabase } from './database.ts';
import { DROP_RUNS_SQL, FINAL_STATE_SETTINGS_SQL, finalStateSql, openJobsSql } from './final-state.ts';
import { eventually, pause, RUN, startPlatform, type Reply, type TestPlatform, type TestPod } from './platform.fixture.ts';
import { findPostgres, type TestServer } from './postgres.fixture.ts';
import { SCHEMA_SQL } from './schema.ts';
import { settingsFrom } from './settings.ts';
import { LOCK_CLASS } from './shards.ts';
import { startWorker, type StartedWorker } from './worker-loop.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';

describe('the platform on a real PostgreSQL', { skip, timeout: 120_000 }, () => {
  let platform: TestPlatform;
  let primary: TestServer;
  let standby: TestServer;
  let pod: TestPod;

  before(async () => {
    platform = await startPlatform(bin!);
    ({ primary, standby, pod } = platform);
  });

  after(async () => platform?.stop());

  it('may have its schema applied again', async () => {
    await primary.sql(SCHEMA_SQL);
    assert.deepEqual(await primary.sql('SELECT epoch FROM writer'), [{ epoch: 1 }]);
  });

  it('answers a write with who served it, and has logged its transaction', async () => {
    const { status, body } = await pod.add('w1', { value: "it's \\ text" });
    assert.equal(status, 201);
    const [truth] = await primary.sql<{ system: string }>('SELECT system_identifier::text AS system FROM pg_control_system()');
    assert.equal(body.system, truth?.system);
    const stamp = { site: 'a', pod: 'api-1', node: 'a1', copy: 'db1', timeline: 1, epoch: 1 };
    assert.partialDeepStrictEqual(body, { id: 'w1', value: "it's \\ text", ...stamp });
    assert.equal(body.token, `${body.system}:1:1:${body.lsn}`);
    assert.equal('replicated' in body, false);
    assert.deepEqual(platform.ledger.at(-1), { xid: body.xid, id: 'w1', system: body.system, timeline: 1 });
    assert.deepEqual(await primary.sql(`SELECT pg_xact_status('${body.xid}') AS status`), [{ status: 'committed' }]);
  });

  it('reads its write at either copy, at the replica by token', async () => {
    const { body: written } = await pod.add('w2');
    const atPrimary = await pod.find('w2', 'role=primary');
    assert.partialDeepStrictEqual(atPrimary, { status: 200, body: { found: true, copy: 'db1', xid: written.xid } });
    const atReplica = await pod.find('w2', `role=replica&token=${written.token}`);
    assert.partialDeepStrictEqual(atReplica, {
      status: 200,
      body: { found: true, copy: 'db2', timeline: 1, system: written.system },
    });
    const absent = await pod.find('none', 'role=replica');
    assert.partialDeepStrictEqual(absent, { status: 404, body: { found: false, copy: 'db2', epoch: 1 } });
  });

  it('answers a repeat with 200, keeps the first value and asks for one job only', async () => {
    const first = await pod.add('w3', { value: 'one' });
    const second = await pod.add('w3', { value: 'two' });
    assert.deepEqual([first.status, second.status, second.body.value], [201, 200, 'one']);
    assert.notEqual(first.body.xid, second.body.xid);
    assert.equal((await primary.sql("SELECT 1 FROM jobs WHERE change_id = 'w3'")).length, 1);
  });

  it('stores only higher versions, and repeats of the same one', async () => {
    for (const [version, value] of [
      [1, 'x'],
      [3, 'y'],
      [3, 'y'],
    ] as const)
      assert.equal((await pod.put('p1', version, value)).status, 200);
    const older = await pod.put('p1', 2, 'z');
    assert.partialDeepStrictEqual(older, {
      status: 409,
      body: { error: 'version-conflict', storedVersion: 3, pod: 'api-1', copy: 'db1' },
    });
    assert.equal((await pod.put('p1', 3, 'other')).status, 409);
    assert.partialDeepStrictEqual((await pod.call('/api/projects/p1')).body, {
      found: true,
      version: 3,
      value: 'y',
      copy: 'db1',
    });
    assert.equal((await pod.call('/api/projects/p0')).status, 404);
  });

  it('lists in commit order and never beyond a transaction that is still open', async () => {
    const list = async (query: string): Promise<{ ids: string[]; next: string }> => {
      const { items, next } = (await pod.call(`/api/changes?run=list&${query}`)).body as {
        items: { id: string }[];
        next: string;
      };
      return { ids: items.map(({ id }) => id), next };
    };
    await pod.add('l1', { run: 'list' });
    const open = primary.sql("BEGIN; INSERT INTO changes (id, run, epoch) VALUES ('l2', 'list', 1); SELECT pg_sleep(0.6); COMMIT");
    await eventually(async () => (await primary.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length === 1);
    await pod.add('l3', { run: 'list' });
    const early = await list('limit=10');
    assert.deepEqual(early.ids, ['l1']);
    await open;
    const middle = await list(`limit=1&after=${early.next}`);
    const late = await list(`role=primary&after=${middle.next}`);
    assert.deepEqual([middle.ids, late.ids, (await list(`after=${late.next}`)).ids], [['l2'], ['l3'], []]);
    await eventually(async () => (await list('role=replica')).ids.length === 3);
  });

  it('waits, bounded, for a replica to reach the token and refuses tokens of another lineage', async () => {
    const {
      body: { token, system },
    } = await pod.add('t1');
    await standby.sql('SELECT pg_wal_replay_pause()');
    const { body: newer } = await pod.add('t2');
    const tooLate = await pod.find('t2', `role=replica&token=${newer.token}`);
    assert.partialDeepStrictEqual(tooLate, {
      status: 503,
      body: { error: 'token-not-reached', copy: 'db2', pod: 'api-1' },
    });
    assert.ok(tooLate.tookMs > 900 && tooLate.tookMs < 1500, `took ${tooLate.tookMs} ms`);
    const resumed = pod.find('t2', `role=replica&token=${newer.token}`);
    await pause(200);
    await standby.sql('SELECT pg_wal_replay_resume()');
    assert.partialDeepStrictEqual(await resumed, { status: 200, body: { found: true } });
    assert.equal((await pod.find('t1', `role=replica&token=1${token}`)).status, 409);
    for (const lineage of ['2:1', '1:2']) {
      const refused = await pod.find('t1', `role=replica&token=${system}:${lineage}:0/1`);
      assert.partialDeepStrictEqual(refused, { status: 409, body: { error: 'token-refused', timeline: 1 } });
    }
    assert.equal((await pod.find('t1', 'role=replica&token=nonsense')).status, 400);
  });

  it('answers 202 when the wait for the standby was cancelled, and no repeat turns that into an acknowledgement', async () => {
    await platform.synchronousTo('nobody');
    try {
      const pending = pod.add('s1');
      await eventually(async () => (await platform.waiting()).length === 1);
      const [pid] = await platform.waiting();
      await primary.sql(`SELECT pg_cancel_backend(${pid})`);
      assert.partialDeepStrictEqual(await pending, {
        status: 202,
        body: { replicated: false, copy: 'db1', inserted: true },
      });
      assert.equal((await pod.find('s1', 'role=primary')).status, 200);
      const repeat = await pod.add('s1');
      assert.partialDeepStrictEqual(repeat, { status: 503, body: { error: 'timeout', stage: 'commit' } });
      assert.ok(repeat.tookMs < 1900, `took ${repeat.tookMs} ms`);
      // None of our own time limits may cancel the wait of a commit that was given up on.
      await pause(1500);
      assert.equal((await platform.waiting()).length, 1);
      await platform.synchronousTo('');
      await eventually(async () => (await platform.waiting()).length === 0);
      assert.equal((await pod.add('s1')).status, 200);
    } finally {
      await platform.synchronousTo('');
    }
  });

  it('reads from the primary while all its writes wait for a standby', async () => {
    await platform.synchronousTo('nobody');
    const { poolRw } = settingsFrom({ HOLDFAST_SITE: 'a', DATABASE_RW: 'postgres://rw' });
    const stuck = Array.from({ length: poolRw + 8 }, async (_, n) => pod.add(`u${n}`));
    try {
      await eventually(async () => (await platform.waiting()).length === poolRw);
      assert.equal((await pod.find('w1', 'role=primary')).status, 200);
    } finally {
      await platform.synchronousTo('');
    }
    await Promise.all(stuck);
  });

  it('says that it does not know when the connection breaks at COMMIT', async () => {
    await platform.synchronousTo('nobody');
    try {
      const pending = pod.add('s2');
      await eventually(async () => (await platform.waiting()).length === 1);
      await primary.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
      assert.partialDeepStrictEqual(await pending, { status: 503, body: { stage: 'commit', pod: 'api-1' } });
    } finally {
      await platform.synchronousTo('');
    }
    assert.equal((await pod.add('s3')).status, 201);
  });

  it('answers 409 where a write certainly did not happen, 503 where a primary read met a standby', async () => {
    const misplaced = await platform.openPod({ DATABASE_RW: standby.dsn() });
    try {
      const write = await misplaced.add('r1');
      assert.partialDeepStrictEqual(write, {
        status: 409,
        body: { sqlstate: '25006', stage: 'begin', pod: 'api-1', site: 'a' },
      });
      assert.partialDeepStrictEqual(await misplaced.find('w1', 'role=primary'), {
        status: 503,
        body: { error: 'not-primary', copy: 'db2' },
      });
      await eventually(
        async () => (await standby.sql("SELECT 1 FROM pg_stat_activity WHERE application_name ~ '^api-(rw|primary) '")).length === 0,
      );
      const health = await misplaced.call('/api/healthcheck');
      assert.partialDeepStrictEqual(health, { status: 200, body: { writable: false, rw: { ok: true, copy: 'db2' } } });
    } finally {
      await misplaced.stop();
    }
  });

  it('serves on when its connections are killed', async () => {
    await Promise.all(Array.from({ length: 8 }, async (_, n) => pod.add(`k${n}`)));
    await primary.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
    await pause(100);
    const statuses = await Promise.all(Array.from({ length: 8 }, async (_, n) => (await pod.add(`m${n}`)).status));
    assert.deepEqual([...new Set(statuses)], [201]);
  });

  it('lends its connections in turn, and those to replicas for a short time only', async () => {
    const onTrouble = (): void => undefined;
    const database = openDatabase({ dsn: primary.dsn(), name: 'in-turn', max: 3, connectMs: 800, onTrouble, lifeSeconds: 1 });
    const ask = (seconds = 0): Promise<number> =>
      database.lend(startBudget(3000), async (session) => {
        const { rows } = await session.query<{ pid: number }>({ text: `SELECT pg_backend_pid() AS pid, pg_sleep(${seconds})` });
        return rows[0]!.pid;
      });
    const inTurn = async (): Promise<number[]> => [await ask(), await ask(), await ask(), await ask(), await ask(), await ask()];
    try {
      const all = new Set([...(await Promise.all([ask(0.3), ask(0.3), ask(0.3)]))]);
      const asked = await inTurn();
      assert.equal(new Set(asked.slice(0, 3)).size, 3, `of the connections ${[...all].join()} these were asked: ${asked.join()}`);
      assert.deepEqual(asked.slice(3), asked.slice(0, 3));
      await pause(1100);
      assert.ok(
        (await inTurn()).every((pid) => !all.has(pid)),
        'a connection was used beyond its time',
      );
    } finally {
      await database.close();
    }
  });

  it('bounds every answer while the database is frozen, and recovers at once after', async () => {
    await Promise.all([pod.add('f0'), pod.call('/api/healthcheck')]);
    const stalls = monitorEventLoopDelay({ resolution: 5 });
    stalls.enable();
    try {
      primary.freeze();
      await pause(110);
      const half = await pod.call('/api/healthcheck');
      assert.partialDeepStrictEqual(half, { status: 200, body: { writable: false, ro: { ok: true, copy: 'db2' } } });
      standby.freeze();
      const frozenAt = performance.now();
      const checks: Reply[] = [half];
      const asked = Array.from({ length: 30 }, async (_, n) => pod.add(`f-${n}`));
      asked.push(pod.find('f0', 'role=primary'), pod.find('f0', 'role=replica'));
      while (performance.now() - frozenAt < 1000) checks.push(await pod.call('/api/healthcheck'));
      assert.equal(checks.at(-1)?.status, 503);
      stalls.disable();
      // what the event loop of this process was held up for is the machine's doing, not the platform's
      const stalledMs = stalls.max / 1e6;
      const slowest = Math.max(...checks.map(({ tookMs }) => tookMs));
      assert.ok(slowest < 450 + stalledMs, `the slowest check took ${slowest} ms, the event loop stalled for ${stalledMs} ms`);
      for (const { status, tookMs } of await Promise.all(asked)) {
        assert.equal(status, 503);
        assert.ok(tookMs < 1900, `took ${tookMs} ms`);
      }
    } finally {
      primary.thaw();
      standby.thaw();
    }
    assert.equal((await pod.add('f1')).status, 201);
    await eventually(async () => (await pod.call('/api/healthcheck')).body.writable === true);
  });

  it('has each job done once, the shards shared evenly, also after its connections were lost', async () => {
    await primary.sql('DELETE FROM jobs; DELETE FROM completions');
    const workers = ['worker-1', 'worker-2'].map((name): StartedWorker => {
      return startWorker(settingsFrom({ HOLDFAST_SITE: 'a', HOLDFAST_POD: name, DATABASE_RW: primary.dsn() }));
    });
    const shares = async (): Promise<string> => {
      const held = `SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND classid = ${LOCK_CLASS} AND objid < 16 GROUP BY pid`;
      return (await primary.sql<{ n: string }>(held)).map(({ n }) => n).join();
    };
    const isDrained = async (): Promise<boolean> => (await primary.sql<{ open: number }>(openJobsSql(RUN)))[0]?.open === 0;
    const addMany = async (name: string): Promise<unknown> =>
      Promise.all(Array.from({ length: 100 }, async (_, n) => pod.add(`${name}-${n}`)));
    try {
      await eventually(async () => (await shares()) === '8,8');
      await addMany('j1');
      await eventually(isDrained);
      const adding = addMany('j2');
      await primary.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'worker %'");
      await adding;
      await eventually(isDrained);
      await eventually(async () => (await shares()) === '8,8' && workers.every((worker) => worker.isReady()));
      const done = await primary.sql(
        "SELECT count(*) AS rows, count(DISTINCT change_id) AS ids, count(DISTINCT pod) AS pods FROM completions WHERE change_id LIKE 'j_-%'",
      );
      assert.deepEqual(done, [{ rows: '200', ids: '200', pods: '2' }]);
      await pod.add('j3');
      const addedAt = performance.now();
      await eventually(isDrained);
      assert.ok(performance.now() - addedAt < 500, 'a notification wakes the worker before it polls');
    } finally {
      await Promise.all(workers.map(async (worker) => worker.stop()));
    }
    await eventually(async () => (await shares()) === '');
  });

  it('gives the final state of a run, read from the tables, and drops old runs', async () => {
    await primary.sql(
      `INSERT INTO completions (change_id, run, site, pod, epoch) VALUES ('w1', '${RUN}', 'a', 'p', 1), ('w1', '${RUN}', 'a', 'p', 1)`,
    );
    await platform.caughtUp();
    const rows = await standby.sql<{ id: string }>(finalStateSql(RUN));
    const rowOf = (id: string): unknown => rows.find((row) => row.id === id);
    assert.partialDeepStrictEqual(rowOf('w1'), { id: 'w1', count: 1, version: null, epoch: 1, completions: 2 });
    const { jobMs } = rowOf('w1') as { jobMs: number };
    assert.ok(jobMs > 0 && jobMs < 600_000, `its job waited for ${jobMs} ms`);
    assert.partialDeepStrictEqual(rowOf('p1'), { id: 'p1', count: 1, version: 3, value: 'y', completions: null, jobMs: null });
    assert.equal(rowOf('l1'), undefined);
    const planOf = async (run: string): Promise<string> => {
      const lines = await primary.sql(`${FINAL_STATE_SETTINGS_SQL} EXPLAIN ${finalStateSql(run)}`);
      return lines.map((line) => line['QUERY PLAN'] as string).join('\n');
    };
    assert.match(await planOf(RUN), /Seq Scan on changes/);
    assert.doesNotMatch(await planOf(RUN), /Index|Bitmap/);
    await primary.sql('ANALYZE changes, completions');
    assert.doesNotMatch(await planOf('unknown to the statistics'), /Nested Loop/);
    await primary.sql(DROP_RUNS_SQL);
    for (const table of ['changes', 'jobs', 'completions', 'projects', 'markers'])
      assert.deepEqual(await primary.sql(`SELECT 1 FROM ${table}`), []);
    assert.deepEqual(await primary.sql('SELECT 1 FROM writer'), [{ '?column?': 1 }]);
  });

  it('tells after a promotion which tokens the new timeline still honours', async () => {
    const { body: kept } = await pod.add('kept');
    await platform.caughtUp();
    await standby.sql("ALTER SYSTEM SET primary_conninfo = ''");
    await standby.sql('SELECT pg_reload_conf()');
    await eventually(async () => (await standby.sql('SELECT 1 FROM pg_stat_wal_receiver')).length === 0);
    const { body: lost } = await pod.add('lost');
    await standby.promote();
    const promoted = await platform.openPod({ DATABASE_RW: standby.dsn() });
    try {
      const written = await promoted.add('new');
      assert.partialDeepStrictEqual(written, { status: 201, body: { timeline: 2, copy: 'db2', system: kept.system } });
      for (let n = 0; n < 20; n += 1) await promoted.add(`further-${n}`);
      assert.partialDeepStrictEqual(await promoted.find('kept', `role=replica&token=${kept.token}`), {
        status: 200,
        body: { timeline: 2 },
      });
      assert.partialDeepStrictEqual(await promoted.find('lost', `role=replica&token=${lost.token}`), {
        status: 409,
        body: { error: 'token-refused' },
      });
      assert.equal((await promoted.find('new', `role=replica&token=${written.body.token}`)).status, 200);
      assert.equal((await pod.find('new', `role=primary&token=${written.body.token}`)).status, 409);
    } finally {
      await promoted.stop();
    }
  });
});
