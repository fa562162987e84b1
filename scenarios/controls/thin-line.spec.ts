import { expect, limitBandwidth, pause, powerOff, primary, steady, test } from '../../fixtures/index.ts';

test.use({ replication: 'async' });

test(
  'a power-off behind a thin line loses what asynchronous replication had not sent, and is flagged',
  { tag: ['@nightly', '@control'] },
  async ({ holds, mustFlag, load, inject, judge }) => {
    await holds({ lost: 0 });
    await mustFlag('lost');
    await load(steady({ writesPerSecond: 200, readsPerSecond: 200 }), async () => {
      // 200 writes make more log a second than the line passes: the standbys fall behind, as over a line between regions
      await inject(limitBandwidth(primary, 'standbys', { to: '500kbit', direction: 'out' }), { for: '8s' }, async () => {
        await pause('3s');
        await inject(powerOff(primary), { for: '28s' });
      });
    });
    expect(await judge()).toFlag('lost');
  },
);
