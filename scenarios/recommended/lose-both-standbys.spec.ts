import { expect, hosts, powerOff, steady, test } from '../../fixtures/index.ts';

test(
  'without a standby no write is acknowledged, and none is lost',
  { tag: ['@nightly'] },
  async ({ topology, holds, load, inject, judge }) => {
    const standbys = (await topology.database.standbys()).map(({ name }) => name);
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature of strict replication: the 8 s, and until one of them has booted, streams again and is named: 20 s in all, and half as much
      // again where the machine is busy
      longestOutageMs: 30_000,
    });
    await load(steady({ writesPerSecond: 200, readsPerSecond: 200 }), () => inject(powerOff(hosts(...standbys)), { for: '8s' }));
    expect(await judge()).toHold();
  },
);
