import { catches, exhaustConnections, expect, primary, steady, terminateSessions, test } from '../../fixtures/index.ts';

test(
  'a leader that takes no new connections goes on serving those that it has',
  { tag: ['@nightly'], annotation: catches({ 'connection-per-request': 'availability' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // a pool that wants one connection more goes without
      availability: 0.98,
      longestOutageMs: 2500,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      // a connection lives for 60 s: these begin anew, and none comes to its end while no other is to be had
      await inject(terminateSessions(primary));
      await inject(exhaustConnections(primary), { for: '10s' });
    });
    expect(await judge()).toHold();
  },
);
