import { expect, pause, steady, test } from '../../fixtures/index.ts';

/** As the schema's own tables have it: without it a promotion is refused, for whoever writes there would pass the fence. */
const GUARD = `CREATE TRIGGER only_at_the_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON tickets
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_unless_writer()`;
const INSERT = 'INSERT INTO tickets (at) SELECT now() FROM generate_series(1, 5)';

test(
  'numbers that a sequence gives out after a promotion are new ones',
  { tag: ['@nightly'] },
  async ({ holds, load, statement, promote, failback, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // two planned changes of the writing site, as in round-the-circle
      longestOutageMs: 2500,
    });
    await load(steady({ writesPerSecond: 100, readsPerSecond: 100 }), async () => {
      for (const site of ['b', 'a']) {
        await statement(site, 'CREATE TABLE tickets (number bigserial PRIMARY KEY, at timestamptz NOT NULL)');
        await statement(site, GUARD);
        await statement(site, 'ALTER PUBLICATION mintpress ADD TABLE tickets');
      }
      await statement('b', 'ALTER SUBSCRIPTION mintpress REFRESH PUBLICATION');
      await statement('a', INSERT);
      await pause('2s');
      // sequences are not replicated: without the runbook's step this is refused as a duplicate (23505)
      await promote('b');
      await statement('b', INSERT);
      await failback('a');
      await statement('a', INSERT);
      for (const site of ['a', 'b']) {
        await statement(site, 'ALTER PUBLICATION mintpress DROP TABLE tickets');
        await statement(site, 'DROP TABLE tickets');
      }
    });
    expect(await judge()).toHold();
  },
);
