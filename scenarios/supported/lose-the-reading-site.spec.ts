import { expect, powerOff, site, steady, test } from '../../fixtures/index.ts';

test(
  'where commits wait for the reading site, its loss is an outage of writes until it is back',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature: the 8 s, its boot, the recovery of the database and the other site's finding it again: 25 s in all, and half as much
      // again where the machine is busy
      longestOutageMs: 38_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(powerOff(site('b')), { for: '8s' }));
    expect(await judge()).toHold();
  },
);
