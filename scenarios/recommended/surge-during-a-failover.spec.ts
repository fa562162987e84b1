import { catches, expect, killPostmaster, pause, primary, steady, surge, test } from '../../fixtures/index.ts';

const usual = steady({ writesPerSecond: 20, readsPerSecond: 40 });

test(
  'ten times the load during a failover does not keep the service from coming back',
  { tag: ['@nightly'], annotation: catches({ 'address-read-at-start': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds(
      {
        lost: 0,
        stalePrimary: 0,
        // the failover: 5 s, and half as much again where the machine is busy; twice that for clients who all come back at once
        longestOutageMs: 15_000,
      },
      // at this rate 100 ms hold two writes
      { acksBeforeFault: 1, addsPerSecond: 10 },
    );
    await load(usual, () =>
      inject(surge(usual, { times: 10 }), { for: '25s' }, async () => {
        await pause('3s');
        await inject(killPostmaster(primary));
      }),
    );
    expect(await judge()).toHold();
  },
);
