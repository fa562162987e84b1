import { catches, expect, powerOff, steady, syncStandby, test } from '../../fixtures/index.ts';

test(
  'a lost synchronous standby is replaced by the other one',
  { tag: ['@nightly'], annotation: catches({ 'default-sender-timeout': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // its connection counts until wal_sender_timeout (5 s); two of Patroni's loops (2 s each) until the other one is named; slices, and a busy
      // machine. With the default of 60 s writes would wait as long
      longestOutageMs: 12_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(powerOff(syncStandby), { for: '20s' }));
    expect(await judge()).toHold();
  },
);
