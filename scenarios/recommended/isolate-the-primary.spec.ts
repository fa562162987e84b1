import { catches, dcs, expect, isolate, primary, steady, test } from '../../fixtures/index.ts';

test(
  'a leader that its standbys and the store have lost, and clients still reach, acknowledges nothing and is replaced',
  { tag: ['@nightly'], annotation: catches({ 'local-commits': 'lost' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // a commit that waits for a standby is shown once its wait is cut: the leader that stood down comes back as a standby on its old timeline, and shows
      // what nobody acknowledged until it is rewound: at most the writes of the 10 s for which Patroni tries to reach the store
      shownUnconfirmed: 1_300,
      // Patroni's ttl (20 s), the store's expiry tick (1 s), promotion (1 s), two good checks of the endpoint (1 s), reconnects (1 s), and 3 s for a busy
      // machine: no write was acknowledged since the cut; and 9 s where the other standby is rewound (freeze-the-primary)
      longestOutageMs: 36_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(isolate(primary, 'standbys'), { for: '30s' }, () => inject(isolate(primary, dcs), { for: '29s' })),
    );
    expect(await judge()).toHold();
  },
);
