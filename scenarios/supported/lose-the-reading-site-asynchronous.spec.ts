import { expect, powerOff, site, steady, test } from '../../fixtures/index.ts';

test.use({ replication: 'async' });

test(
  'where commits wait for nobody, a lost reading site is noticed by none, and catches up',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, judge }) => {
    await holds({ lost: 0, stalePrimary: 0, availability: 1, longestOutageMs: 0 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(powerOff(site('b')), { for: '8s' }));
    expect(await judge()).toHold();
  },
);
