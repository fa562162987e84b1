import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { HoldfastError, UsageError } from '../support/errors.ts';
import { currentWriter, killedAtStep, settled, silent } from './circle.fixture.ts';
import { readEntries } from './journal.ts';
import { holdSite } from './database.ts';
import { startPair, write, type TestPair } from './pair.fixture.ts';
import { failback, promote } from './runbooks.ts';

/** A set takes a minute or two, more where other tests have the machine as well; ms. */
const LIMIT_MS = 290_000;

const asReplica = 'SET session_replication_role = replica;';

/** What the runbooks are to do, on servers of one version and in one mode; `programs`: where those of a server are. */
export function fullSet({
  version,
  synchronous,
  programs,
  skip,
}: {
  version: string;
  synchronous: boolean;
  programs: () => string;
  skip: string | false;
}): void {
  describe(
    `runbooks, ${synchronous ? 'synchronous' : 'asynchronous'}, PostgreSQL ${version}`,
    { skip, timeout: LIMIT_MS, concurrency: 1 },
    () => {
      let pair: TestPair;
      before(async () => void (pair = await startPair(programs(), { synchronous })));
      after(async () => pair?.stop());

      it('go the whole circle three times under load, and lose nothing that was acknowledged', async () => {
        for (let round = 0; round < 3; round += 1) {
          const load = pair.load(`round${round}`);
          const there = await promote(pair.plan, 'b', { watcher: silent });
          assert.deepEqual([there.writer, there.epoch, there.follows], ['b', 2 + 2 * round, true]);
          const back = await failback(pair.plan, 'a', { watcher: silent });
          assert.deepEqual([back.writer, back.epoch, back.follows], ['a', 3 + 2 * round, true]);
          const acknowledged = await load.stop();
          assert.ok(acknowledged.length > 20, `${acknowledged.length} writes`);
          const present = await pair.ids('a');
          assert.deepEqual(
            acknowledged.filter((id) => !present.has(id)),
            [],
          );
          await settled(pair, 'a', 3 + 2 * round);
        }
      });

      it('leave sequences beyond the rows that are there', async () => {
        for (let n = 0; n < 5; n += 1) await pair.servers.a.sql('INSERT INTO tickets DEFAULT VALUES');
        await promote(pair.plan, 'b', { watcher: silent });
        const [{ number } = { number: 0 }] = await pair.servers.b.sql<{ number: number }>(
          'INSERT INTO tickets DEFAULT VALUES RETURNING number',
        );
        assert.ok(number > 1000, `number ${number}`);
        await failback(pair.plan, 'a', { watcher: silent });
        await pair.servers.a.sql('INSERT INTO tickets DEFAULT VALUES');
      });

      // each of the two takes half a minute: one a mode
      it(
        'end in one writer, equal copies and the traffic there, whichever step was the last that was done',
        { skip: synchronous },
        async () => {
          let { writer, epoch } = await currentWriter(pair);
          for (let nth = 1; ; nth += 1) {
            const target: 'a' | 'b' = writer === 'a' ? 'b' : 'a';
            let seen = 0;
            const stopping = (): void => {
              seen += 1;
              if (seen === nth) throw new Error('interrupted here');
            };
            const interrupted = await promote(pair.plan, target, { watcher: { ...silent, ended: stopping } }).then(
              () => false,
              (error: unknown) => {
                if (!/interrupted here/.test(String(error))) throw error;
                return true;
              },
            );
            if (interrupted) await promote(pair.plan, target, { watcher: silent });
            epoch += 1;
            writer = target;
            await settled(pair, writer, epoch);
            if (!interrupted) break;
          }
          if (writer === 'b') await failback(pair.plan, 'a', { watcher: silent });
        },
      );

      it('end so though the command is killed while it is at a step', { skip: !synchronous }, async () => {
        let { writer, epoch } = await currentWriter(pair);
        for (let step = 1; ; step += 1) {
          const target: 'a' | 'b' = writer === 'a' ? 'b' : 'a';
          const killed = await killedAtStep(pair, target, step);
          if (killed) await promote(pair.plan, target, { watcher: silent });
          epoch += 1;
          writer = target;
          await settled(pair, writer, epoch);
          if (!killed) break;
        }
        if (writer === 'b') await failback(pair.plan, 'a', { watcher: silent });
      });

      it('go on without the tail only when they are told to', async () => {
        const { epoch } = await currentWriter(pair);
        // a row that is there already stops the follower at its first
        await pair.servers.b.sql(`${asReplica} INSERT INTO changes (id, run, epoch) VALUES ('stops', 'test', 1)`);
        await pair.servers.a.sql(
          `SET synchronous_commit = local; INSERT INTO changes (id, run, epoch) VALUES ('stops', 'test', 1), ('tail', 'test', 1)`,
        );
        const impatient = pair.planned({ tailSeconds: 1 });
        await assert.rejects(promote(impatient, 'b', { watcher: silent }), /writes to its log to arrive|subscription to site a at work/);
        assert.deepEqual(await currentWriter(pair), { writer: 'a', epoch });
        assert.equal(pair.traffic(), 'a');
        const ending = await promote(impatient, 'b', { acceptLoss: true, watcher: silent });
        assert.equal((await pair.ids('b')).has('tail'), false);
        const { files = [] } = ending.facts['reverse-keep'] as { files?: string[] };
        assert.match(files.map((file) => readFileSync(file, 'utf8')).join(''), /"id":"tail"/);
        await settled(pair, 'b', epoch + 1);
        await failback(pair.plan, 'a', { watcher: silent });
      });

      it('keep what only an old writer has that came back, and make it follow', async () => {
        await pair.servers.a.sql('SELECT 1');
        const lost = pair.servers.a;
        lost.freeze();
        const ending = await promote(pair.plan, 'b', { watcher: silent });
        assert.equal(ending.follows, false);
        assert.deepEqual(ending.facts.fence, { reached: false });
        lost.thaw();
        // it does not know that it is the old one; where its commits wait for the other site nobody is told of its writes
        await lost.sql(`SET synchronous_commit = local; INSERT INTO changes (id, run, epoch) VALUES ('zombie', 'test', 1)`);
        await assert.rejects(
          promote(pair.plan, 'a', { watcher: silent }),
          (error) => error instanceof HoldfastError && /both sites let the platform write/.test(error.message),
        );
        await assert.rejects(
          failback(pair.plan, 'a', { asReader: true, watcher: silent }),
          /site a has \d+ rows that site b does not have .*"changes".*1 transactions of it never arrived there.*nothing was emptied/,
        );
        assert.equal((await pair.ids('a')).has('zombie'), true);
        assert.equal(await write(lost.dsn('app'), 'refused'), false);
        const discard = new Set(['changes']);
        const back = await failback(pair.plan, 'a', { asReader: true, discard, watcher: silent });
        assert.deepEqual([back.writer, back.follows], ['b', true]);
        const { rows, files } = back.facts['return-keep'] as { rows: number; files: string[] };
        assert.ok(rows >= 1);
        assert.match(files.map((file) => readFileSync(file, 'utf8')).join(''), /"id":"zombie"/);
        assert.equal((await pair.ids('a')).has('zombie'), false);
        await settled(pair, 'b', back.epoch);
        await failback(pair.plan, 'a', { watcher: silent });
      });

      it('find what replication skipped in silence, and make the copies equal', async () => {
        await pair.servers.a.sql(`INSERT INTO changes (id, run, epoch) VALUES ('silent-1', 'test', 1), ('silent-2', 'test', 1)`);
        await settled(pair, 'a', (await currentWriter(pair)).epoch);
        // an update of a row that is not there is skipped; a row of its own stays
        await pair.servers.b.sql(
          `${asReplica} DELETE FROM changes WHERE id = 'silent-1'; INSERT INTO changes (id, run, epoch) VALUES ('own', 'test', 1)`,
        );
        await pair.servers.a.sql(`UPDATE changes SET value = 'new' WHERE id LIKE 'silent-%'`);
        await assert.rejects(
          promote(pair.plan, 'b', { watcher: silent }),
          /site b is no equal copy of site a: "public"."changes": 1 rows are missing, 1 are there alone/,
        );
        // what the reader has beside the writer's rows may be anything
        await assert.rejects(
          failback(pair.plan, 'b', { asReader: true, watcher: silent }),
          /site b has 1 rows that site a does not have .*cannot be told/,
        );
        const made = await failback(pair.plan, 'b', { asReader: true, discard: new Set(['public.changes']), watcher: silent });
        const { files } = made.facts['return-keep'] as { files: string[] };
        assert.match(files.map((file) => readFileSync(file, 'utf8')).join(''), /"id":"own"/);
        const there = await promote(pair.plan, 'b', { watcher: silent });
        assert.equal(there.writer, 'b');
        await settled(pair, 'b', there.epoch);
        await failback(pair.plan, 'a', { watcher: silent });
      });

      it('open nothing where the old writer was opened again since it was fenced', async () => {
        const { epoch } = await currentWriter(pair);
        const stopAfterTail = { ...silent, ended: ({ name }: { name: string }): void => assert.notEqual(name, 'detach') };
        await assert.rejects(promote(pair.plan, 'b', { watcher: stopAfterTail }));
        await assert.rejects(failback(pair.plan, 'b', { watcher: silent }), /"promote b" was begun at/);
        await pair.servers.a.sql(
          'ALTER ROLE app IN DATABASE postgres RESET default_transaction_read_only; UPDATE writer SET writable = true',
        );
        await assert.rejects(promote(pair.plan, 'b', { watcher: silent }), /site a takes writes again, under epoch/);
        assert.deepEqual(await currentWriter(pair), { writer: 'a', epoch });
        const back = await failback(pair.plan, 'b', { asReader: true, watcher: silent });
        assert.deepEqual([back.writer, back.epoch, back.follows], ['a', epoch, true]);
        await settled(pair, 'a', epoch);
      });

      it('refuse what cannot be meant, and touch nothing', async () => {
        const before = [await pair.servers.a.sql('SELECT * FROM writer'), await pair.servers.b.sql('SELECT * FROM writer')];
        const journal = readEntries(pair.plan.journal).length;
        const { a, b } = { a: pair.servers.a.dsn('postgres'), b: pair.servers.b.dsn('postgres') };
        const nowhere = 'postgres://postgres@127.0.0.1:1/postgres';
        const other = (sites: object): ReturnType<TestPair['planned']> => pair.planned({ sites });
        const cases: [() => Promise<unknown>, RegExp, (typeof UsageError | typeof HoldfastError)?][] = [
          [() => promote(pair.plan, 'c', { watcher: silent }), /unknown site "c": expected a or b/],
          [() => promote(pair.plan, 'a', { watcher: silent }), /site a is the writing one already/],
          [() => failback(pair.plan, 'a', { watcher: silent }), /site a is the writing one already/],
          [
            () => promote(other({ a: { dsn: a }, b: { dsn: `${a}?application_name=x` } }), 'b', { watcher: silent }),
            /lead to the same one/,
          ],
          [
            () =>
              promote(other({ a: { dsn: a }, b: { dsn: b.replace('/postgres?', '/none').replace(/\/postgres$/, '/none') } }), 'b', {
                watcher: silent,
              }),
            /site b: expected its dsn to be accepted.*none/,
          ],
          [
            () => promote(other({ a: { dsn: a }, b: { dsn: nowhere } }), 'b', { watcher: silent }),
            /site b: its database gives no answer/,
            HoldfastError,
          ],
          [
            () => promote(other({ a: { dsn: a }, b: { dsn: b.replace(/\/postgres$/, '/template1') } }), 'b', { watcher: silent }),
            /table "writer"/,
            HoldfastError,
          ],
          [
            () => promote(pair.planned({ subscription: 'another' }), 'b', { watcher: silent }),
            /expected subscription "another", found mintpress/,
          ],
          [() => promote(pair.planned({ publication: 'another' }), 'b', { watcher: silent }), /publication "another"/],
        ];
        for (const site of ['a', 'b'] as const) {
          const elsewhere = await holdSite({ name: site, dsn: { a, b }[site] });
          const busy = new RegExp(`site ${site}: another runbook is at work there`);
          if (site === 'b') await assert.rejects(promote(pair.plan, 'b', { watcher: silent }), busy);
          await assert.rejects(failback(pair.plan, 'b', { watcher: silent }), busy);
          await elsewhere.letGo();
        }
        for (const [act, text, kind = UsageError] of cases)
          await assert.rejects(act, (error) => error instanceof kind && text.test(error.message), String(text));
        assert.deepEqual([await pair.servers.a.sql('SELECT * FROM writer'), await pair.servers.b.sql('SELECT * FROM writer')], before);
        assert.equal(readEntries(pair.plan.journal).length, journal);
      });
    },
  );
}
