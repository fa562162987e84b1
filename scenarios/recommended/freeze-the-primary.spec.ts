import { catches, expect, freeze, primary, steady, test } from '../../fixtures/index.ts';

test(
  'a frozen database primary is replaced, and its thaw changes nothing',
  { tag: ['@quick', '@nightly'], annotation: catches({ 'long-ttl': 'longest-outage', 'stuck-replay-after-a-rejoin': 'missing-at-copy' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // a thawed or rejoining copy may lag for as long as it replays
      staleReplicaP99Ms: 1000,
      // Patroni's ttl (20 s), the store's expiry tick (1 s), asking the silent member (2 s), promotion (1 s),
      // two good checks of the endpoint (1 s), reconnects (1 s): 26 s. The other standby may have received a few bytes more than the new
      // primary; writes then wait until it was rewound: two loops of Patroni (4 s), stop and start (2 s), checkpoint and pg_rewind (3 s)
      longestOutageMs: 35_000,
      rtoMs: 35_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      await inject(freeze(primary), { for: '45s' });
    });
    expect(await judge()).toHold();
  },
);
