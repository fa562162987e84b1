import { expect, isolate, pause, site, steady, test } from '../../../fixtures/index.ts';

test.use({ replication: 'async' });

test(
  'a promotion by hand that leaves the subscription on lets the tail of the old writer overwrite what was acknowledged since',
  { tag: ['@nightly', '@control'] },
  async ({ topology, holds, mustFlag, load, inject, statement, judge }) => {
    await holds({ lost: 0 });
    await mustFlag('lost');
    await load(steady({ writesPerSecond: 100, readsPerSecond: 100, putsPerSecond: 100 }), async () => {
      await inject(isolate(site('a'), site('b')), { for: '8s' }, async () => {
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
    });
    expect(await judge()).toFlag('lost');
  },
);
