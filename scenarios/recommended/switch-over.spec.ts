import { catches, expect, steady, switchover, test } from '../../fixtures/index.ts';

test(
  'a planned change of the database’s leader is a gap of seconds',
  { tag: ['@nightly'], annotation: catches({ 'slow-endpoint': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // the old leader stops under load (2 s), the next is promoted (1 s), the endpoint finds it by two checks (1 s), reconnects (1 s): 5 s, and
      // half as much again where the machine is busy
      longestOutageMs: 7500,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () => inject(switchover()));
    expect(await judge()).toHold();
  },
);
