import { catches, expect, hosts, powerOff, steady, test } from '../../fixtures/index.ts';

test(
  'without a standby no write is acknowledged, none is lost, and the leader can be read',
  { tag: ['@nightly'], annotation: catches({ 'writing-health-check': 'availability' }) },
  async ({ topology, holds, load, inject, judge }) => {
    const standbys = (await topology.database.standbys()).map(({ name }) => name);
    await holds(
      {
        lost: 0,
        stalePrimary: 0,
        // by nature of strict replication: the 8 s, and until one of them has booted, streams again and is named: 20 s in all, and half as much
        // again where the machine is busy
        longestOutageMs: 30_000,
        // half the requests, the writes, for those 30 s of 46; reads of the leader go on
        availability: 0.65,
      },
      // the writes of 6 of the 8 s: those of a leader that waits for nobody would all succeed
      { failedCalls: 780 },
    );
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130, replicaShare: 0 }), () =>
      inject(powerOff(hosts(...standbys)), { for: '8s' }),
    );
    expect(await judge()).toHold();
  },
);
