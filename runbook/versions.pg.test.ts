import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { noServers, programsOf } from '../platform/postgres-versions.fixture.ts';
import { startPrimary } from '../platform/postgres.fixture.ts';
import { UsageError } from '../support/errors.ts';
import { until } from '../support/poll.ts';
import { currentWriter, killedAtStep, settled, silent } from './circle.fixture.ts';
import { startPair, type TestPair } from './pair.fixture.ts';
import { planFrom } from './plan.ts';
import { failback, promote } from './runbooks.ts';

/** Version 15 is that of the machines on which the full set runs. */
const SHORT = [14, 16, 17, 18] as const;
/** Subscriptions have workers beside the first that apply parts of large transactions since. */
const PARALLEL = 16;
/** A step of the rebuild, after the opening: what goes on from here differs most between versions. */
const KILLED_AT = 9;

interface Worker {
  pid: number;
  event: string | null;
}
const WORKERS = `SELECT pid, wait_event AS event FROM pg_stat_subscription JOIN pg_stat_activity USING (pid) WHERE relid IS NULL`;

for (const [index, version] of SHORT.entries()) {
  // each mode is with one of them at least
  const synchronous = index % 2 === 0;
  describe(
    `runbooks, ${synchronous ? 'synchronous' : 'asynchronous'}, PostgreSQL ${version}`,
    { skip: noServers, timeout: 240_000 },
    () => {
      let pair: TestPair;
      before(async () => void (pair = await startPair(programsOf(version).bin, { synchronous })));
      after(async () => pair?.stop());

      it('go there and back under load, and lose nothing that was acknowledged', async () => {
        const load = pair.load('round');
        await promote(pair.plan, 'b', { watcher: silent });
        await failback(pair.plan, 'a', { watcher: silent });
        const acknowledged = await load.stop();
        const present = await pair.ids('a');
        assert.ok(acknowledged.length > 20, `${acknowledged.length} writes`);
        assert.deepEqual(
          acknowledged.filter((id) => !present.has(id)),
          [],
        );
        await settled(pair, 'a', 3);
      });

      it('are taken up where the command was killed', async () => {
        assert.equal(await killedAtStep(pair, 'b', KILLED_AT), true);
        await promote(pair.plan, 'b', { watcher: silent });
        await settled(pair, 'b', 4);
        await failback(pair.plan, 'a', { watcher: silent });
      });

      it('know a follower of a frozen writer that has nothing to apply, and rebuild the writer that comes back', async () => {
        const { epoch } = await currentWriter(pair);
        pair.servers.a.freeze();
        const there = await promote(pair.plan, 'b', { watcher: silent }).finally(() => pair.servers.a.thaw());
        assert.deepEqual([there.writer, there.epoch, there.follows], ['b', epoch + 1, false]);
        const back = await failback(pair.plan, 'a', { watcher: silent });
        assert.deepEqual([back.writer, back.follows], ['a', true]);
        await settled(pair, 'a', back.epoch);
      });

      it('know it too while its worker connects anew', async () => {
        const { a, b } = pair.servers;
        await b.sql(`ALTER SYSTEM SET wal_receiver_timeout = '1s'`);
        await b.sql('SELECT pg_reload_conf()');
        const worker = async (): Promise<Worker | undefined> => (await b.sql<Worker>(WORKERS))[0];
        const first = await worker();
        a.freeze();
        try {
          await until({
            subject: 'site b',
            condition: 'a new worker, which waits',
            timeoutMs: 30_000,
            probe: async () => {
              const now = await worker();
              return now !== undefined && now.pid !== first?.pid && now.event !== null;
            },
          });
          assert.equal((await promote(pair.plan, 'b', { watcher: silent })).follows, false);
        } finally {
          a.thaw();
          await b.sql('ALTER SYSTEM RESET wal_receiver_timeout');
          await b.sql('SELECT pg_reload_conf()');
        }
        await failback(pair.plan, 'a', { watcher: silent });
      });

      it('know it too where workers apply in parallel', { skip: version < PARALLEL ? 'they do not yet' : false }, async () => {
        const { a, b } = pair.servers;
        await b.sql('ALTER SUBSCRIPTION mintpress SET (streaming = parallel)');
        await a.sql(`ALTER SYSTEM SET logical_decoding_work_mem = '64kB'`);
        await a.sql('SELECT pg_reload_conf()');
        await a.sql(
          `INSERT INTO changes (id, run, value, epoch) SELECT 'large-' || n, 'test', repeat('x', 100), 1 FROM generate_series(1, 5000) n`,
        );
        await until({
          subject: 'site b',
          condition: 'a second worker, with nothing to apply',
          timeoutMs: 30_000,
          probe: async () => (await b.sql<Worker>(WORKERS)).some(({ event }) => event === 'LogicalParallelApplyMain'),
        });
        a.freeze();
        const there = await promote(pair.plan, 'b', { watcher: silent }).finally(() => a.thaw());
        assert.equal(there.follows, false);
        assert.equal((await pair.ids('b')).has('large-5000'), true);
        await failback(pair.plan, 'a', { watcher: silent });
      });

      it('refuse what cannot be meant, and touch nothing', async () => {
        const before = await currentWriter(pair);
        await assert.rejects(promote(pair.plan, 'a', { watcher: silent }), UsageError);
        await assert.rejects(promote(pair.planned({ subscription: 'another' }), 'b', { watcher: silent }), UsageError);
        assert.deepEqual(await currentWriter(pair), before);
      });
    },
  );
}

describe('runbooks, PostgreSQL 13', { skip: noServers, timeout: 60_000 }, () => {
  it('are refused by name, and touch nothing', async () => {
    const old = await startPrimary(programsOf(13).bin, 'b');
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-runbook-'));
    try {
      const nowhere = 'postgres://postgres@127.0.0.1:1/postgres';
      const plan = planFrom({ sites: { a: { dsn: nowhere }, b: { dsn: old.dsn('postgres') } }, balancer: ['true', '{site}'] }, folder);
      await assert.rejects(
        promote(plan, 'b', { watcher: silent }),
        (error) => error instanceof UsageError && /site b: expected PostgreSQL 14 or later, got 13/.test(error.message),
      );
    } finally {
      await old.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
