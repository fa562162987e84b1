import { expect, pause, steady, test } from '../../fixtures/index.ts';

test(
  'a column that only the writing site has stops every commit that waits for the other one, until that has it too',
  { tag: ['@nightly'] },
  async ({ holds, load, statement, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature: schema changes are not replicated. The 5 s, and until the subscription is started again
      longestOutageMs: 9000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      // the change itself need not wait for a follower that it stops
      await statement('a', 'SET synchronous_commit = local; ALTER TABLE changes ADD COLUMN remark text');
      await pause('5s');
      await statement('b', 'ALTER TABLE changes ADD COLUMN remark text');
      await pause('3s');
      // a column less is no hindrance where the follower still has it
      await statement('a', 'ALTER TABLE changes DROP COLUMN remark');
      await statement('b', 'ALTER TABLE changes DROP COLUMN remark');
    });
    expect(await judge()).toHold();
  },
);
