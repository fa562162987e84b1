import { catches, expect, hosts, steady, stopDaemon, test } from '../../fixtures/index.ts';

test(
  'without a quorum of the store the leader gives up, and leads again when it is back; nothing is lost',
  { tag: ['@nightly'], annotation: catches({ 'slow-endpoint': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature, without the failsafe mode: the leader demotes itself after retry_timeout (5 s); the rest of the 15 s, a loop and the election
      longestOutageMs: 25_000,
    });
    await load(steady({ writesPerSecond: 200, readsPerSecond: 200 }), () =>
      inject(stopDaemon(hosts('dcs1', 'dcs2'), { daemon: 'etcd' }), { for: '15s' }),
    );
    expect(await judge()).toHold();
  },
);
