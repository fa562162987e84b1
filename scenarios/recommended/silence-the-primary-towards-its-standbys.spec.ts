import { catches, expect, isolate, primary, steady, test } from '../../fixtures/index.ts';

test(
  'a leader whose packets to its standbys vanish, while theirs arrive, acknowledges nothing until the line is whole',
  { tag: ['@nightly'], annotation: catches({ 'default-sender-timeout': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // the 10 s; then the standbys connect anew (wal_receiver_timeout or the end of the old connection, 5 s), and two of Patroni's loops (2 s each)
      // until one is named again
      longestOutageMs: 20_000,
    });
    await load(steady({ writesPerSecond: 200, readsPerSecond: 200 }), () =>
      inject(isolate(primary, 'standbys', { direction: 'out' }), { for: '10s' }),
    );
    expect(await judge()).toHold();
  },
);
