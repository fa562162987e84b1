import { copies, dcs, delay, expect, steady, test } from '../../fixtures/index.ts';

test(
  'a store whose members answer after 1.2 s changes no leader, and costs no request',
  { tag: ['@nightly'] },
  async ({ holds, load, inject, judge }) => {
    // Patroni gives an answer 1.7 s (a third of retry_timeout), on connections that stand already: a loop takes some such answers, of the 20 s of the lease. A
    // change of leader would be an outage of a second at least
    await holds({ lost: 0, stalePrimary: 0, availability: 0.999, longestOutageMs: 500 });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(delay(dcs, copies, { by: '600ms' }), { for: '40s' }));
    expect(await judge()).toHold();
  },
);
