import { catches, expect, primary, repeated, steady, terminateSessions, test } from '../../fixtures/index.ts';

test(
  'sessions that are terminated again and again cost moments, and no acknowledged write',
  { tag: ['@nightly'], annotation: catches({ 'crash-on-lost-connection': 'longest-outage' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // every pod opens its sessions anew, less than a second; and as much again where the machine is busy
      longestOutageMs: 1500,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), () =>
      repeated({ every: '4s', times: 3 }, () => inject(terminateSessions(primary))),
    );
    expect(await judge()).toHold();
  },
);
