import { catches, copies, expect, steady, stopDaemon, test } from '../../fixtures/index.ts';

test(
  'a maintenance window of the database without a replica to switch to is an outage of everything, and loses nothing',
  { tag: ['@nightly'], annotation: catches({ 'slow-endpoint': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature, the pattern's known downside: the 10 s, the start of the service, its election, two checks of the endpoint and of each site
      longestOutageMs: 25_000,
    });
    await load(steady({ writesPerSecond: 200, readsPerSecond: 200 }), () =>
      inject(stopDaemon(copies, { daemon: 'patroni' }), { for: '10s' }),
    );
    expect(await judge()).toHold();
  },
);
