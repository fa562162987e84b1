import { catches, expect, killPostmaster, primary, steady, test } from '../../fixtures/index.ts';

test(
  'a killed database server is replaced by a standby within seconds',
  {
    tag: ['@nightly'],
    annotation: catches({
      'forgotten-maintenance': 'longest-outage',
      'forgetful-after-a-failover': 'stale',
      'cache-before-commit': 'read-then-lost',
      'stuck-replay-after-a-rejoin': 'missing-at-copy',
    }),
  },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // Patroni sees the crash within a loop (2 s) and gives the lead up (primary_start_timeout 0); promotion (1 s), two good checks of the
      // endpoint (1 s), reconnects (1 s): 5 s, and half as much again where the machine is busy
      longestOutageMs: 7500,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(killPostmaster(primary)));
    expect(await judge()).toHold();
  },
);
