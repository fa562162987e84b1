import { expect, isolate, pause, site, steady, test } from '../../../fixtures/index.ts';

test.use({ replication: 'async' });

test(
  'a promotion by hand that leaves the subscription on lets the tail of the old writer overwrite what was acknowledged since',
  { tag: ['@nightly', '@control'] },
  async ({ topology, holds, mustFlag, load, inject, statement, failback, judge }) => {
    await holds({ lost: 0 });
    await mustFlag('lost-update');
    // reads of the primary would be stale until the tail is there, which is not what this shows
    await load(steady({ writesPerSecond: 100, readsPerSecond: 100, replicaShare: 1, putsPerSecond: 100 }), async () => {
      // so long that no project which the tail holds is written once more after it has come (ten versions each, one in 3.5 s)
      await inject(isolate(site('a'), site('b')), { for: '45s' }, async () => {
        await pause('1s');
        await statement('a', 'UPDATE writer SET writable = false');
        await topology.balancer.direct('b');
        await statement(
          'b',
          'ALTER ROLE platform IN DATABASE mintpress RESET default_transaction_read_only; UPDATE writer SET writable = true, epoch = epoch + 1',
        );
      });
      // what the old writer had not sent arrives
      await pause('5s');
      await failback('a', { asReader: true });
    });
    expect(await judge()).toFlag('lost-update');
  },
);
