import { expect, freeze, primary, steady, test } from '../../fixtures/index.ts';

test(
  'a frozen node of the writing database is an outage of writes for as long as it lasts, and costs none that was acknowledged',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature: nobody takes over by itself. The 8 s, until the sessions that timed out meanwhile are made anew (2 s), and as much again where
      // the machine is busy with them
      longestOutageMs: 12_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(freeze(primary), { for: '8s' }));
    expect(await judge()).toHold();
  },
);
