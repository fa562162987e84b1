import { catches, expect, killPostmaster, primary, repeated, steady, test } from '../../fixtures/index.ts';

test(
  'database servers that are killed one after the other cost seconds each, and no acknowledged write',
  { tag: ['@nightly'], annotation: catches({ 'slow-endpoint': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // as for one: 5 s, and half as much again where the machine is busy
      longestOutageMs: 7500,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      // by then the one before has rejoined
      repeated({ every: '18s', times: 3 }, () => inject(killPostmaster(primary))),
    );
    expect(await judge()).toHold();
  },
);
