import { expect, powerOff, site, steady, test } from '../../fixtures/index.ts';

test(
  'a lost writing site costs no acknowledged write where commits wait for the other one',
  { tag: ['@quick', '@nightly'] },
  async ({ holds, load, inject, promote, failback, judge }) => {
    await holds({ lost: 0, stalePrimary: 0 });
    await load(steady({ writesPerSecond: 200, readsPerSecond: 200 }), async () => {
      await inject(powerOff(site('a')), { for: '20s' }, () => promote('b'));
      await failback('a', { asReader: true });
    });
    expect(await judge()).toHold();
  },
);
