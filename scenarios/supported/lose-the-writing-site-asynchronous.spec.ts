import { expect, isolate, pause, powerOff, site, steady, test } from '../../fixtures/index.ts';

test.use({ replication: 'async' });

const WRITES = 130;

test(
  'a lost writing site costs what the link had not carried yet where commits wait for nobody',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, promote, failback, judge }) => {
    await holds({
      // the link is down for a second, its proof (0.3 s) and what comes before the second fault (1.5 s: a look at the steady state, the
      // journal, 0.6 s for the load to settle); a part of a second more where the machine is busy
      lost: 3.5 * WRITES,
      rpoMs: 3500,
      stalePrimary: 0,
      longestOutageMs: 9000,
    });
    await load(steady({ writesPerSecond: WRITES, readsPerSecond: 130 }), async () => {
      await inject(isolate(site('a'), site('b')), { for: '24s' }, async () => {
        await pause('1s');
        await inject(powerOff(site('a')), { for: '20s' }, () => promote('b'));
      });
      await failback('a', { asReader: true });
    });
    expect(await judge()).toHold();
  },
);
