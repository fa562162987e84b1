import { expect, pause, steady, test } from '../../../fixtures/index.ts';

test.use({ replication: 'async', routing: 'active-active', writesAtFollower: 'forward' });

test(
  'two sites that both take writes for some seconds are flagged',
  { tag: ['@nightly', '@control'] },
  async ({ holds, mustFlag, load, statement, judge }) => {
    await holds({ lost: 0 });
    await mustFlag('split-brain');
    await load(steady({ writesPerSecond: 100, readsPerSecond: 100, replicaShare: 1 }), async () => {
      // what keeps site b from writing is taken away, and put back
      await statement(
        'b',
        'ALTER ROLE platform IN DATABASE mintpress RESET default_transaction_read_only; UPDATE writer SET writable = true',
      );
      await pause('5s');
      await statement('b', 'UPDATE writer SET writable = false');
    });
    expect(await judge()).toFlag('split-brain');
  },
);
