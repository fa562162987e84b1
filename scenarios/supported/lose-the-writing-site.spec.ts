import { expect, powerOff, site, steady, test } from '../../fixtures/index.ts';

test(
  'a lost writing site costs no acknowledged write where commits wait for the other one',
  { tag: ['@quick', '@nightly'] },
  async ({ holds, load, inject, promote, failback, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // reads go on at the other site after 2 s; writes wait for the runbook, which is begun once the loss is proven, within 1 s: 3 s until
      // the lost database counts as such, 1.5 s for its other steps, and as much again where the machine is busy
      longestOutageMs: 9000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      await inject(powerOff(site('a')), { for: '20s' }, () => promote('b'));
      await failback('a', { asReader: true });
    });
    expect(await judge()).toHold();
  },
);
