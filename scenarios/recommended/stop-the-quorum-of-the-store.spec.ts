import { catches, expect, hosts, steady, stopDaemon, test } from '../../fixtures/index.ts';

test(
  'without a quorum of the store the leader gives up and copies can be read; it leads again when the store is back, and nothing is lost',
  { tag: ['@nightly'], annotation: catches({ 'writing-health-check': 'availability' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      // by nature, without the failsafe mode: the leader demotes itself after retry_timeout (5 s) at the earliest; the rest of the 20 s, a second until the
      // healer begins, a loop (2 s), election, two checks of the endpoint and reconnects (1 s each): 21 s, and 2 s for a busy machine
      longestOutageMs: 23_000,
      // the writes of those 21 s of 39; reads of the other copies go on
      availability: 0.73,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130, replicaShare: 1 }), () =>
      inject(stopDaemon(hosts('dcs1', 'dcs2'), { daemon: 'etcd' }), { for: '20s' }),
    );
    expect(await judge()).toHold();
  },
);
