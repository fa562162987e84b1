import { expect, powerOff, site, steady, test } from '../../fixtures/index.ts';

test(
  'where commits wait for the reading site, its loss is an outage of writes until it is back',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature: as long as the site is away, its boot and the recovery of its database included
      longestOutageMs: 30_000,
    });
    await load(steady({ writesPerSecond: 200, readsPerSecond: 200 }), () => inject(powerOff(site('b')), { for: '8s' }));
    expect(await judge()).toHold();
  },
);
