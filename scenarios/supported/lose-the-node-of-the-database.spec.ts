import { expect, host, powerOff, steady, test } from '../../fixtures/index.ts';

test(
  'the node of the writing database takes the writes with it until it is back, and reads go to the other site',
  { tag: ['@nightly'] },
  async ({ topology, holds, load, inject, judge }) => {
    const node = (await topology.database.primary()).name;
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature: its volume is there alone. The 8 s, its boot, the recovery of the database and the other site's finding it again: 25 s in all, and half as much
      // again where the machine is busy
      longestOutageMs: 38_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(powerOff(host(node)), { for: '8s' }));
    expect(await judge()).toHold();
  },
);
