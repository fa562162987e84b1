import {
  catches,
  expect,
  host,
  killDaemon,
  pause,
  powerOff,
  primary,
  repeated,
  site,
  steady,
  switchover,
  terminateSessions,
  test,
} from '../../fixtures/index.ts';

test(
  'faults at once, repeated, and during the recovery of another cost no acknowledged write',
  { tag: ['@nightly'], annotation: catches({ 'slow-health-check': 'longest-outage' }) },
  async ({ drawnSites, holds, load, inject, judge }) => {
    const [hit] = drawnSites;
    await holds({
      lost: 0,
      stalePrimary: 0,
      // half the requests for 2 s of the lost site, the writes for the 4 s of the change of leader, and for half a second each time sessions end, of 30 s
      availability: 0.85,
      // the change of leader is asked for 1.5 s into the outage of the lost site (its proof, and the pause before a fault), and takes 4 s: the old leader stops within a second,
      // the next one is promoted within another, and the endpoint finds it by two checks; half a second for slices
      longestOutageMs: 6000,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      await inject(powerOff(site(hit)), { for: '12s' }, async () => {
        await inject(switchover());
        await repeated({ every: '6s', times: 2 }, () => inject(terminateSessions(primary)));
        // beyond the lease: the site boots
        await pause('2s');
        await inject(killDaemon(host('dcs1'), { daemon: 'etcd' }));
      });
    });
    expect(await judge()).toHold();
  },
);
