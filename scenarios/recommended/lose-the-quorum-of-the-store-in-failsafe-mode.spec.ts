import { catches, expect, hosts, steady, stopDaemon, test } from '../../fixtures/index.ts';

test.use({ failsafe: true });

test(
  'in failsafe mode the leader leads on without a quorum of the store, for longer than the ttl',
  { tag: ['@nightly'], annotation: catches({ 'no-failsafe': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    // the member that is left answers, and answers nothing of use: in each loop the leader asks its copies in place of the store, and no write waits for
    // that. Its lease ends after 20 s (ttl): what it does then must not differ
    await holds({ lost: 0, stalePrimary: 0, availability: 0.999, longestOutageMs: 500 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(stopDaemon(hosts('dcs1', 'dcs2'), { daemon: 'etcd' }), { for: '60s' }),
    );
    expect(await judge()).toHold();
  },
);
