import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import { findPostgres } from '../platform/postgres.fixture.ts';
import { settled, silent } from './circle.fixture.ts';
import { readEntries, unfinished } from './journal.ts';
import { startPair, type TestPair } from './pair.fixture.ts';
import { failback, promote } from './runbooks.ts';

const bin = findPostgres();
const skip = bin ? false : 'there is no initdb with postgres and pg_basebackup on this machine';
const AS_REPLICA = 'SET session_replication_role = replica;';
const IN_THE_WAY = `INSERT INTO changes (id, run, value, epoch) VALUES ('in-the-way', 'test', 'of a', 1)`;

/** The old writer answers, and cannot follow from the slot that was made while both were equal. */
describe('an old writer that cannot follow', { skip, timeout: 240_000, concurrency: 1 }, () => {
  let pair: TestPair;
  before(async () => void (pair = await startPair(bin!)));
  after(async () => pair?.stop());
  beforeEach(async () => {
    const [{ writable } = { writable: false }] = await pair.servers.a.sql<{ writable: boolean }>('SELECT writable FROM writer');
    if (!writable) await failback(pair.plan, 'a', { watcher: silent });
  });

  const stoppedAfter = async (step: string): Promise<void> => {
    const ended = ({ name }: { name: string }): void => assert.notEqual(name, step, 'interrupted here');
    await assert.rejects(promote(pair.plan, 'b', { watcher: { ...silent, ended } }), /interrupted here/);
  };
  const impatient = () => pair.planned({ rebuildSeconds: 15 });
  const ofB = (): Promise<unknown> =>
    pair.servers.b.sql(`INSERT INTO changes (id, run, value, epoch) VALUES ('in-the-way', 'test', 'of b', 2)`);
  const mended = (): Promise<unknown> =>
    Promise.all([pair.servers.a, pair.servers.b].map((one) => one.sql(`${AS_REPLICA} DELETE FROM changes WHERE id = 'in-the-way'`)));

  it('is copied where a row of its own stops it, for its log has told that the writer lacks nothing', async () => {
    await stoppedAfter('reverse-keep');
    await pair.servers.a.sql(`${AS_REPLICA} ${IN_THE_WAY}`);
    await ofB();
    const { follows, epoch, facts } = await promote(impatient(), 'b', { watcher: silent });
    assert.equal(follows, true);
    assert.match(JSON.stringify(facts['reverse-equal']), /lacks \d+ bytes of the log of site b after 15 s/);
    const { files } = facts['reverse-equal'] as { files: string[] };
    assert.match(files.map((file) => readFileSync(file, 'utf8')).join(''), /"of a"/);
    await settled(pair, 'b', epoch);
    await mended();
  });

  it('is copied where its slot is gone', async () => {
    await stoppedAfter('reverse-keep');
    await pair.servers.b.sql(`SELECT pg_drop_replication_slot('mintpress')`);
    const { follows, epoch, facts } = await promote(pair.plan, 'b', { watcher: silent });
    assert.equal(follows, true);
    assert.match(JSON.stringify(facts['reverse-equal']), /slot \\"mintpress\\".*gone/);
    await settled(pair, 'b', epoch);
  });

  it('is left as it is where its log tells of rows that never arrived, and the message names the way on', async () => {
    await stoppedAfter('one-writer');
    await pair.servers.a.sql(`${AS_REPLICA} ${IN_THE_WAY}`);
    await ofB();
    const { follows, why = '', epoch } = await promote(impatient(), 'b', { watcher: silent });
    assert.equal(follows, false);
    assert.match(why, /site a has 1 rows .*nothing was emptied.*"holdfast failback a --as-reader --discard public\.changes"/);
    assert.deepEqual(unfinished(readEntries(pair.plan.journal), 'done'), []);
    assert.deepEqual(await pair.servers.a.sql(`SELECT value FROM changes WHERE id = 'in-the-way'`), [{ value: 'of a' }]);
    const back = await failback(pair.plan, 'a', { asReader: true, discard: new Set(['public.changes']), watcher: silent });
    assert.equal(back.follows, true);
    await settled(pair, 'b', epoch);
    await mended();
  });

  it('is emptied of no table that did not follow when the writer took over, whatever its log says', async () => {
    const { a, b } = pair.servers;
    await a.sql(`CREATE TABLE late (note text PRIMARY KEY); INSERT INTO late VALUES ('of a')`);
    await b.sql('CREATE TABLE late (note text PRIMARY KEY)');
    a.freeze();
    await promote(pair.plan, 'b', { watcher: silent }).finally(() => a.thaw());
    for (const server of [a, b])
      await server.sql(`CREATE TRIGGER only_at_the_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON late
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_unless_writer(); ALTER PUBLICATION mintpress ADD TABLE late`);
    await assert.rejects(
      failback(pair.plan, 'a', { asReader: true, watcher: silent }),
      /site a has 1 rows that site b does not have \("public"\."late"\); whether the writer ever had them cannot be told/,
    );
    assert.deepEqual(await a.sql('SELECT * FROM late'), [{ note: 'of a' }]);
    await failback(pair.plan, 'a', { asReader: true, discard: new Set(['late']), watcher: silent });
  });
});
