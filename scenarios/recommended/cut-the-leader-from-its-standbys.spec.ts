import { catches, expect, isolate, pause, powerOff, primary, steady, test } from '../../fixtures/index.ts';

test(
  'what a leader that is cut from its standbys takes in is not acknowledged, and its loss loses nothing',
  { tag: ['@nightly'], annotation: catches({ 'local-commits': 'lost', 'cache-before-commit': 'read-then-lost' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // a second behind the cut link; then Patroni's ttl (20 s), the store's expiry tick (1 s), promotion (1 s), two good checks of the endpoint (1 s),
      // reconnects (1 s): 25 s, and 3 s for a busy machine; and 9 s where the other standby is rewound (freeze-the-primary)
      longestOutageMs: 37_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(isolate(primary, 'standbys'), { for: '8s' }, async () => {
        await pause('1s');
        await inject(powerOff(primary), { for: '28s' });
      }),
    );
    expect(await judge()).toHold();
  },
);
