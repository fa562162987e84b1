import { catches, exhaustConnections, expect, primary, steady, test } from '../../fixtures/index.ts';

test(
  'a leader that takes no new connections goes on serving those that it has',
  { tag: ['@nightly'], annotation: catches({ 'connection-per-request': 'availability' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // pools that renew a connection meanwhile have one less
      availability: 0.98,
      longestOutageMs: 2500,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(exhaustConnections(primary), { for: '10s' }));
    expect(await judge()).toHold();
  },
);
