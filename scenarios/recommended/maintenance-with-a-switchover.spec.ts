import { catches, expect, host, steady, stopDaemon, switchover, test } from '../../fixtures/index.ts';

test(
  'maintenance of the leader’s host behind a planned change of leader is a gap of seconds, not of the window',
  { tag: ['@nightly'], annotation: catches({ 'address-read-at-start': 'longest-outage' }) },
  async ({ topology, holds, load, inject, judge }) => {
    const { name } = await topology.database.primary();
    await holds({
      lost: 0,
      stalePrimary: 0,
      // the change as such: 5 s, and half as much again where the machine is busy; when its standby goes, Patroni names the other one within two loops (4 s)
      longestOutageMs: 7500,
    });
    await load(steady({ writesPerSecond: 130, readsPerSecond: 130 }), async () => {
      // maintenance begins when the old leader follows
      await inject(switchover(), { untilGone: true });
      await inject(stopDaemon(host(name), { daemon: 'patroni' }), { for: '10s' });
    });
    expect(await judge()).toHold();
  },
);
