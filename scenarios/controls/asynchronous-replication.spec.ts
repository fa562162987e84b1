import { expect, isolate, pause, powerOff, primary, steady, test } from '../../fixtures/index.ts';

test.use({ replication: 'async' });

test(
  'asynchronous replication loses acknowledged writes, and is flagged',
  { tag: ['@quick', '@nightly', '@control'] },
  async ({ holds, mustFlag, load, inject, judge }) => {
    await holds({ lost: 0 });
    await mustFlag('lost');
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      // the link is still down when the host loses power: what was acknowledged in that second exists nowhere else
      await inject(isolate(primary, 'standbys'), { for: '8s' }, async () => {
        await pause('1s');
        await inject(powerOff(primary), { for: '28s' });
      });
    });
    expect(await judge()).toFlag('lost');
  },
);
