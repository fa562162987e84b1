import { catches, expect, hosts, powerOff, steady, test } from '../../fixtures/index.ts';

test(
  'with a node lost at each site at once both serve on, at a part of their requests, and nothing is lost',
  { tag: ['@nightly'], annotation: catches({ 'pods-on-one-node': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // by nature of Kubernetes' default timings (a node is believed in for 50 s): half of the connections at the doors that are left lead to pods that
      // are gone. Each is given up after 0.5 s and tried again twice, so that an eighth fails, and checks of the doors fail too: 15 s of 33 s at half
      availability: 0.6,
      longestOutageMs: 18_000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      inject(powerOff(hosts('a2', 'b2'), { allowTotalLoss: true }), { for: '15s' }),
    );
    expect(await judge()).toHold();
  },
);
