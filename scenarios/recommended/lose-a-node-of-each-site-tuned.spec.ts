import { catches, expect, hosts, powerOff, steady, test } from '../../fixtures/index.ts';

test.use({ nodeTimings: 'tuned' });

test(
  'with tuned node timings both sites serve in full again while a node of each is lost still',
  { tag: ['@nightly'], annotation: catches({ 'pods-on-one-node': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // a node is given up when it was silent for 10 s, at a look every second; its pods leave the doors a second later. Until then as with the
      // default timings: 12 s of 43 s at half or less
      availability: 0.8,
      longestOutageMs: 15_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(powerOff(hosts('a2', 'b2'), { allowTotalLoss: true }), { for: '25s' }),
    );
    expect(await judge()).toHold();
  },
);
