import { expect, isolate, pause, site, steady, test } from '../../fixtures/index.ts';

test.use({ replication: 'async' });

const WRITES = 130;

test(
  'a promotion beside a writer that lives on, cut off, loses what that took meanwhile, and no site answers beside the other',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, promote, failback, judge }) => {
    await holds({
      // clients reach the old writer until the traffic is sent elsewhere: 1 s of the scenario, 3 s until it counts as lost, and the steps before
      lost: 8 * WRITES,
      stalePrimary: 0,
      longestOutageMs: 3000,
    });
    await load(steady({ writesPerSecond: WRITES, readsPerSecond: 130 }), async () => {
      await inject(isolate(site('a'), site('b')), { for: '20s' }, async () => {
        await pause('1s');
        await promote('b', { cutOff: 'a' });
      });
      await failback('a', { asReader: true });
    });
    expect(await judge()).toHold();
  },
);
