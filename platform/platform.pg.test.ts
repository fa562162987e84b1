import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dropOldRunsSql, FINAL_STATE_SETTINGS_SQL, finalStateSql, openJobsSql } from './final-state.ts';
import { findPostgres, startPrimary, startStandby, type TestServer } from './postgres.fixture.ts';
import { grantsSql, SCHEMA_SQL } from './schema.ts';
import { startApi, type StartedApi } from './server.ts';
import { settingsFrom } from './settings.ts';
import { LOCK_CLASS } from './shards.ts';
import { startWorker } from './worker-loop.ts';

const bin = findPostgres();
const RUN = 'run-1';

describe('the platform on a real PostgreSQL', { skip: bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine', timeout: 120_000 }, () => {
  let primary: TestServer;
  let standby: TestServer;
  let api: StartedApi;
  let base: string;
  const ledger: { xid: string; id: string }[] = [];

  before(async () => {
    primary = await startPrimary(bin!, 'db1');
    await primary.sql(`CREATE ROLE app LOGIN; ${SCHEMA_SQL} ${grantsSql('app')}`);
    await primary.sql(SCHEMA_SQL);
    standby = await startStandby(bin!, 'db2', primary);
    ({ api, base } = await open({}));
  });

  after(async () => {
    await api?.stop();
    await standby?.stop();
    await primary?.stop();
  });

  async function open(env: Record<string, string>): Promise<{ api: StartedApi; base: string }> {
    const settings = settingsFrom({ HOLDFAST_SITE: 'a', HOLDFAST_POD: 'api-1', HOLDFAST_NODE: 'a1', DATABASE_RW: primary.dsn(), DATABASE_RO: standby.dsn(), DRAIN_MS: '0', ...env });
    const started = await startApi({ ...settings, port: 0 }, (entry) => ledger.push(entry));
    return { api: started, base: `http://127.0.0.1:${started.port}` };
  }

  interface Reply {
    status: number;
    tookMs: number;
    body: Record<string, any>;
  }

  async function call(path: string, init?: { method: string; body: unknown }, at = base): Promise<Reply> {
    const startedAt = performance.now();
    const options = init && { method: init.method, body: JSON.stringify(init.body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(at + path, options);
    const body = (await response.json()) as Record<string, any>;
    return { status: response.status, tookMs: performance.now() - startedAt, body };
  }

  const add = async (id: string, at = base, value?: string): Promise<Reply> => call('/api/changes', { method: 'POST', body: { id, run: RUN, value } }, at);
  const find = async (id: string, query: string, at = base): Promise<Reply> => call(`/api/changes/${id}?${query}`, undefined, at);
  const put = async (key: string, version: number, value: string): Promise<Reply> => call(`/api/projects/${key}`, { method: 'PUT', body: { run: RUN, version, value } });

  /** Synchronous replication that waits for a standby called so; '' for none. */
  async function synchronousTo(name: string): Promise<void> {
    await primary.sql(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
    await primary.sql('SELECT pg_reload_conf()');
    await eventually(async () => (await primary.sql<{ synchronous_standby_names: string }>('SHOW synchronous_standby_names'))[0]?.synchronous_standby_names === name);
  }

  const waiting = async (): Promise<number[]> =>
    (await primary.sql<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' ORDER BY pid")).map(({ pid }) => pid);

  it('answers a write with who served it, and has logged its transaction', async () => {
    const { status, body } = await add('w1', base, "it's \\ text");
    assert.equal(status, 201);
    const [truth] = await primary.sql<{ system: string }>('SELECT system_identifier::text AS system FROM pg_control_system()');
    assert.equal(body.system, truth?.system);
    assert.partialDeepStrictEqual(body, { id: 'w1', value: "it's \\ text", site: 'a', pod: 'api-1', node: 'a1', copy: 'db1', timeline: 1, epoch: 1 });
    assert.equal(body.token, `${body.system}:1:1:${body.lsn}`);
    assert.equal('replicated' in body, false);
    assert.deepEqual(ledger.at(-1), { xid: body.xid, id: 'w1' });
    const [row] = await primary.sql<{ status: string }>(`SELECT pg_xact_status('${body.xid}') AS status`);
    assert.equal(row?.status, 'committed');
  });

  it('reads its write at either copy, at the replica by token', async () => {
    const { body: written } = await add('w2');
    const atPrimary = await find('w2', 'role=primary');
    assert.partialDeepStrictEqual(atPrimary, { status: 200, body: { found: true, copy: 'db1', xid: written.xid } });
    const atReplica = await find('w2', `role=replica&token=${written.token}`);
    assert.partialDeepStrictEqual(atReplica, { status: 200, body: { found: true, copy: 'db2', timeline: 1, system: written.system } });
    assert.partialDeepStrictEqual(await find('none', 'role=replica'), { status: 404, body: { found: false, copy: 'db2', epoch: 1 } });
  });

  it('answers a repeat with 200, keeps the first value and asks for one job only', async () => {
    const first = await add('w3', base, 'one');
    const second = await add('w3', base, 'two');
    assert.deepEqual([first.status, second.status, second.body.value], [201, 200, 'one']);
    assert.notEqual(first.body.xid, second.body.xid);
    const [jobs] = await primary.sql<{ n: string }>("SELECT count(*) AS n FROM jobs WHERE change_id = 'w3'");
    assert.equal(jobs?.n, '1');
  });

  it('stores only higher versions, and repeats of the same one', async () => {
    const statuses = [(await put('p1', 1, 'x')).status, (await put('p1', 3, 'y')).status, (await put('p1', 3, 'y')).status];
    assert.deepEqual(statuses, [200, 200, 200]);
    const older = await put('p1', 2, 'z');
    assert.partialDeepStrictEqual(older, { status: 409, body: { error: 'version-conflict', storedVersion: 3, pod: 'api-1', copy: 'db1', stage: 'begin' } });
    assert.equal((await put('p1', 3, 'other')).status, 409);
    assert.partialDeepStrictEqual((await call('/api/projects/p1')).body, { found: true, version: 3, value: 'y', copy: 'db1' });
    assert.equal((await call('/api/projects/p0')).status, 404);
  });

  it('lists in commit order and never beyond a transaction that is still open', async () => {
    const blocker = await primary.sql<{ id: string }>("SELECT id FROM changes WHERE run = 'list'");
    assert.deepEqual(blocker, []);
    const addTo = async (id: string): Promise<Reply> => call('/api/changes', { method: 'POST', body: { id, run: 'list' } });
    await addTo('l1');
    const open = primary.sql("BEGIN; INSERT INTO changes (id, run, epoch) VALUES ('l2', 'list', 1); SELECT pg_sleep(0.6); COMMIT");
    await eventually(async () => (await primary.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length === 1);
    await addTo('l3');
    const early = (await call('/api/changes?run=list&limit=10')).body;
    assert.deepEqual(early.items.map(({ id }: { id: string }) => id), ['l1']);
    await open;
    const late = (await call(`/api/changes?run=list&limit=1&after=${early.next}`)).body;
    assert.deepEqual(late.items.map(({ id }: { id: string }) => id), ['l2']);
    const last = (await call(`/api/changes?run=list&role=primary&after=${late.next}`)).body;
    assert.deepEqual(last.items.map(({ id }: { id: string }) => id), ['l3']);
    assert.deepEqual((await call(`/api/changes?run=list&after=${last.next}`)).body.items, []);
    await eventually(async () => (await call('/api/changes?run=list&role=replica')).body.items.length === 3);
  });

  it('waits, bounded, for a replica to reach the token and refuses tokens of another lineage', async () => {
    const { body: { token, system } } = await add('t1');
    await standby.sql('SELECT pg_wal_replay_pause()');
    const { body: newer } = await add('t2');
    const tooLate = await find('t2', `role=replica&token=${newer.token}`);
    assert.partialDeepStrictEqual(tooLate, { status: 503, body: { error: 'token-not-reached', copy: 'db2', pod: 'api-1' } });
    assert.ok(tooLate.tookMs > 900 && tooLate.tookMs < 1500, `took ${tooLate.tookMs} ms`);
    const resumed = find('t2', `role=replica&token=${newer.token}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await standby.sql('SELECT pg_wal_replay_resume()');
    assert.partialDeepStrictEqual(await resumed, { status: 200, body: { found: true } });
    assert.equal((await find('t1', `role=replica&token=1${token}`)).status, 409);
    for (const lineage of ['2:1', '1:2']) {
      const refused = await find('t1', `role=replica&token=${system}:${lineage}:0/1`);
      assert.partialDeepStrictEqual(refused, { status: 409, body: { error: 'token-refused', timeline: 1 } });
    }
    assert.equal((await find('t1', 'role=replica&token=nonsense')).status, 400);
  });

  it('answers 202 when the wait for the standby was cancelled, and no repeat turns that into an acknowledgement', async () => {
    await synchronousTo('nobody');
    try {
      const pending = add('s1');
      await eventually(async () => (await waiting()).length === 1);
      const [pid] = await waiting();
      await primary.sql(`SELECT pg_cancel_backend(${pid})`);
      const { status, body } = await pending;
      assert.equal(status, 202);
      assert.partialDeepStrictEqual(body, { replicated: false, copy: 'db1', inserted: true });
      assert.equal((await find('s1', 'role=primary')).status, 200);
      const repeat = await add('s1');
      assert.partialDeepStrictEqual(repeat, { status: 503, body: { error: 'timeout', stage: 'commit' } });
      assert.ok(repeat.tookMs < 1900, `took ${repeat.tookMs} ms`);
      // None of our own time limits may cancel the wait of a commit that was given up on.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.equal((await waiting()).length, 1);
      await synchronousTo('');
      await eventually(async () => (await waiting()).length === 0);
      assert.equal((await add('s1')).status, 200);
    } finally {
      await synchronousTo('');
    }
  });

  it('says that it does not know when the connection breaks at COMMIT', async () => {
    await synchronousTo('nobody');
    try {
      const pending = add('s2');
      await eventually(async () => (await waiting()).length === 1);
      await primary.sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = \'SyncRep\'');
      assert.partialDeepStrictEqual(await pending, { status: 503, body: { stage: 'commit', pod: 'api-1' } });
    } finally {
      await synchronousTo('');
    }
    assert.equal((await add('s3')).status, 201);
  });

  it('answers 409 where a write certainly did not happen, 503 where a primary read met a standby', async () => {
    const misplaced = await open({ DATABASE_RW: standby.dsn() });
    try {
      assert.partialDeepStrictEqual(await add('r1', misplaced.base), { status: 409, body: { sqlstate: '25006', stage: 'begin', pod: 'api-1', site: 'a' } });
      assert.partialDeepStrictEqual(await find('w1', 'role=primary', misplaced.base), { status: 503, body: { error: 'not-primary', copy: 'db2' } });
      const left = async (): Promise<number> => (await standby.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = 'api-rw api-1'")).length;
      await eventually(async () => (await left()) === 0);
      const health = await call('/api/healthcheck', undefined, misplaced.base);
      assert.partialDeepStrictEqual(health, { status: 200, body: { writable: false, rw: { ok: true, copy: 'db2' } } });
    } finally {
      await misplaced.api.stop();
    }
  });

  it('serves on when its connections are killed', async () => {
    await Promise.all(Array.from({ length: 8 }, async (_, n) => add(`k${n}`)));
    await primary.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const statuses = await Promise.all(Array.from({ length: 8 }, async (_, n) => (await add(`m${n}`)).status));
    assert.deepEqual([...new Set(statuses)], [201]);
  });

  it('bounds every answer while the database is frozen, and recovers at once after', async () => {
    await Promise.all([add('f0'), call('/api/healthcheck')]);
    try {
      primary.freeze();
      await new Promise((resolve) => setTimeout(resolve, 110));
      const half = await call('/api/healthcheck');
      assert.partialDeepStrictEqual(half, { status: 200, body: { writable: false, ro: { ok: true, copy: 'db2' } } });
      standby.freeze();
      const frozenAt = performance.now();
      const checks: Reply[] = [];
      const writes = Array.from({ length: 30 }, async (_, n) => add(`f-${n}`));
      const reads = ['primary', 'replica'].map(async (role) => find('f0', `role=${role}`));
      while (performance.now() - frozenAt < 1000) checks.push(await call('/api/healthcheck'));
      assert.equal(checks.at(-1)?.status, 503);
      const slowest = Math.max(half.tookMs, ...checks.map(({ tookMs }) => tookMs));
      assert.ok(slowest < 450, `the slowest check took ${slowest} ms`);
      for (const reply of await Promise.all([...writes, ...reads])) {
        assert.equal(reply.status, 503);
        assert.ok(reply.tookMs < 1900, `took ${reply.tookMs} ms`);
      }
    } finally {
      primary.thaw();
      standby.thaw();
    }
    assert.equal((await add('f1')).status, 201);
    await eventually(async () => (await call('/api/healthcheck')).body.writable === true);
  });

  it('has each job done once, the shards shared evenly, also after its connections were lost', async () => {
    await primary.sql('DELETE FROM jobs; DELETE FROM completions');
    const workerOf = (pod: string): ReturnType<typeof startWorker> => startWorker(settingsFrom({ HOLDFAST_SITE: 'a', HOLDFAST_POD: pod, DATABASE_RW: primary.dsn() }));
    const workers = [workerOf('worker-1'), workerOf('worker-2')];
    const shares = async (): Promise<string> => {
      const rows = await primary.sql<{ n: string }>(`SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND classid = ${LOCK_CLASS} AND objid < 16 GROUP BY pid`);
      return rows.map(({ n }) => n).join();
    };
    const open = async (): Promise<unknown> => (await primary.sql<{ open: number }>(openJobsSql(RUN)))[0]?.open;
    const addMany = async (name: string): Promise<unknown> => Promise.all(Array.from({ length: 100 }, async (_, n) => add(`${name}-${n}`)));
    try {
      await eventually(async () => (await shares()) === '8,8');
      await addMany('j1');
      await eventually(async () => (await open()) === 0);
      const adding = addMany('j2');
      await primary.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'worker %'");
      await adding;
      await eventually(async () => (await open()) === 0);
      await eventually(async () => (await shares()) === '8,8' && workers.every((worker) => worker.isReady()));
      const [done] = await primary.sql<{ n: string; ids: string; pods: string }>(
        "SELECT count(*) AS n, count(DISTINCT change_id) AS ids, count(DISTINCT pod) AS pods FROM completions WHERE change_id LIKE 'j_-%'",
      );
      assert.deepEqual(done, { n: '200', ids: '200', pods: '2' });
      const { body: lone } = await add('j3');
      const wokenAt = performance.now();
      await eventually(async () => (await open()) === 0);
      assert.ok(performance.now() - wokenAt < 500, 'a notification wakes the worker before it polls');
      assert.equal(lone.inserted, true);
    } finally {
      await Promise.all(workers.map(async (worker) => worker.stop()));
    }
    await eventually(async () => (await shares()) === '');
  });

  it('gives the final state of a run and drops old runs', async () => {
    await primary.sql(`INSERT INTO completions (change_id, run, site, pod, epoch) VALUES ('w1', '${RUN}', 'a', 'p', 1), ('w1', '${RUN}', 'a', 'p', 1)`);
    const rows = await standbyCaughtUp(async () => standby.sql<{ id: string }>(finalStateSql(RUN)));
    const rowOf = (id: string): unknown => rows.find((row) => row.id === id);
    assert.partialDeepStrictEqual(rowOf('w1'), { id: 'w1', count: 1, version: null, epoch: 1, completions: 2 });
    assert.partialDeepStrictEqual(rowOf('p1'), { id: 'p1', count: 1, version: 3, value: 'y', completions: null });
    assert.equal(rowOf('l1'), undefined);
    const plan = await primary.sql<{ 'QUERY PLAN': string }>(`${FINAL_STATE_SETTINGS_SQL} SELECT 1`).then(async () => primary.sql<{ 'QUERY PLAN': string }>(`EXPLAIN ${finalStateSql(RUN)}`));
    assert.ok(plan.length > 0);
    await primary.sql("INSERT INTO markers VALUES ('run-2', 'n', now() + '1 h'), ('run-3', 'n', now() + '2 h')");
    await primary.sql(dropOldRunsSql(2));
    assert.deepEqual(await primary.sql('SELECT 1 FROM changes UNION ALL SELECT 1 FROM completions UNION ALL SELECT 1 FROM projects'), []);
    assert.equal((await primary.sql('SELECT 1 FROM markers')).length, 2);
  });

  it('tells after a promotion which tokens the new timeline still honours', async () => {
    const kept = await add('p-kept');
    await standbyCaughtUp(async () => []);
    await standby.sql("ALTER SYSTEM SET primary_conninfo = ''");
    await standby.sql('SELECT pg_reload_conf()');
    await eventually(async () => (await standby.sql('SELECT 1 FROM pg_stat_wal_receiver')).length === 0);
    const lost = await add('p-lost');
    await standby.promote();
    const promoted = await open({ DATABASE_RW: standby.dsn(), DATABASE_RO: standby.dsn() });
    try {
      const written = await add('p-new', promoted.base);
      assert.partialDeepStrictEqual(written, { status: 201, body: { timeline: 2, copy: 'db2', system: kept.body.system } });
      for (let n = 0; n < 20; n += 1) await add(`p-fill-${n}`, promoted.base);
      assert.partialDeepStrictEqual(await find('p-kept', `role=replica&token=${kept.body.token}`, promoted.base), { status: 200, body: { timeline: 2 } });
      assert.partialDeepStrictEqual(await find('p-lost', `role=replica&token=${lost.body.token}`, promoted.base), { status: 409, body: { error: 'token-refused' } });
      assert.equal((await find('p-new', `token=${written.body.token}&role=replica`, promoted.base)).status, 200);
      assert.equal((await find('p-new', `token=${written.body.token}&role=primary`)).status, 409);
    } finally {
      await promoted.api.stop();
    }
  });

  async function standbyCaughtUp<T>(then: () => Promise<T>): Promise<T> {
    const [now] = await primary.sql<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    await eventually(async () => (await standby.sql<{ ok: boolean }>(`SELECT pg_last_wal_replay_lsn() >= '${now?.lsn}' AS ok`))[0]?.ok === true);
    return then();
  }
});

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + 10_000;
  while (performance.now() < until) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`Expected within 10 s: ${isTrue.toString()}`);
}
