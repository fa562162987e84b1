import { catches, dcs, expect, steady, stopDaemon, test } from '../../fixtures/index.ts';

test.use({ failsafe: true });

test(
  'in failsafe mode the leader leads on without the store while it reaches every other copy',
  { tag: ['@nightly'], annotation: catches({ 'no-failsafe': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    // the leader asks its copies in place of the store, in the same loop: no write waits for that
    await holds({ lost: 0, stalePrimary: 0, availability: 0.999, longestOutageMs: 500 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(stopDaemon(dcs, { daemon: 'etcd' }), { for: '15s' }));
    expect(await judge()).toHold();
  },
);
