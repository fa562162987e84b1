import { catches, copies, expect, steady, stopDaemon, test } from '../../fixtures/index.ts';

test(
  'a maintenance window of the database without a replica to switch to is an outage of everything, and loses nothing',
  { tag: ['@nightly'], annotation: catches({ 'slow-return': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds(
      {
        lost: 0,
        stalePrimary: 0,
        // by nature, the pattern's known downside: the 10 s, a second until the healer begins, the start of the service (2 s) and its election (2 s), two checks
        // of the endpoint and of each site (1 s each): 17 s, and 3 s for a busy machine
        longestOutageMs: 20_000,
      },
      // every call of 8 of the 10 s
      { failedCalls: 2_080 },
    );
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(stopDaemon(copies, { daemon: 'patroni' }), { for: '10s' }),
    );
    expect(await judge()).toHold();
  },
);
