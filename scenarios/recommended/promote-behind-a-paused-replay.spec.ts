import { expect, killPostmaster, pauseReplay, primary, steady, syncStandby, test } from '../../fixtures/index.ts';

test(
  'a standby whose replay stands still leads when it has replayed all that was acknowledged, and no other one does before',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature: it alone has all that was acknowledged. What is left of the 15 s, up to a second until the healer ends them, replay and promotion (1 s), two
      // good checks of the endpoint (1 s), reconnects (1 s): 19 s, and 2 s for a busy machine; and 9 s where the other standby is rewound (freeze-the-primary)
      longestOutageMs: 30_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(pauseReplay(syncStandby), { for: '15s' }, () => inject(killPostmaster(primary))),
    );
    expect(await judge()).toHold();
  },
);
