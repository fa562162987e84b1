import { expect, pause, steady, test } from '../../fixtures/index.ts';

test(
  'one row in the way at the reading site stops every commit that waits for it, until it is taken away',
  { tag: ['@nightly'] },
  async ({ holds, load, statement, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature: as long as the row is there, 5 s, and until the subscription is started again
      longestOutageMs: 9000,
    });
    const marker = `INSERT INTO markers (run, nonce) VALUES ('conflict', '${Date.now()}')`;
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      await statement('b', `SET session_replication_role = replica; ${marker}`);
      await statement('a', `SET synchronous_commit = local; ${marker}`);
      await pause('5s');
      await statement('b', "SET session_replication_role = replica; DELETE FROM markers WHERE run = 'conflict'");
    });
    expect(await judge()).toHold();
  },
);
