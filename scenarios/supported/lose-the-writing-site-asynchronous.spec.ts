import { expect, isolate, pause, powerOff, site, steady, test } from '../../fixtures/index.ts';

test.use({ replication: 'async' });

const WRITES = 200;

test(
  'a lost writing site costs what the link had not carried yet where commits wait for nobody',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, promote, failback, judge }) => {
    await holds({
      // the link is down for the last second before the loss, and half a second more passes until both faults have taken effect
      lost: 2 * WRITES,
      rpoMs: 2000,
      stalePrimary: 0,
      longestOutageMs: 9000,
    });
    await load(steady({ writesPerSecond: WRITES, readsPerSecond: 200 }), async () => {
      await inject(isolate(site('a'), site('b')), { for: '24s' }, async () => {
        await pause('1s');
        await inject(powerOff(site('a')), { for: '20s' }, () => promote('b'));
      });
      await failback('a', { asReader: true });
    });
    expect(await judge()).toHold();
  },
);
