import { catches, expect, powerOff, primary, steady, test } from '../../fixtures/index.ts';

test(
  'projects keep their versions, jobs run once and lists skip nothing while the database primary loses power',
  { tag: ['@nightly'], annotation: catches({ 'jobs-in-two-steps': 'duplicated', 'listens-once': 'late-jobs' }) },
  async ({ holds, load, inject, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // a rejoining copy may lag for as long as it replays
      staleReplicaP99Ms: 1000,
      // as for a frozen primary: Patroni's ttl (20 s), the store's expiry tick (1 s), asking the silent member (2 s), promotion (1 s),
      // two good checks of the endpoint (1 s), reconnects (1 s), and a rewind of the other standby (9 s)
      longestOutageMs: 35_000,
      rtoMs: 35_000,
      // workers listen again at the new primary and lock their shards there: who hears of work hears of it within 0.1 s and takes a batch every
      // 0.2 s, who does not looks once a second
      jobP95Ms: 500,
    });
    const profile = steady({
      writesPerSecond: 130,
      readsPerSecond: 130,
      putsPerSecond: 20,
      getsPerSecond: 40,
      listsPerSecond: 5,
      tokenShare: 0.5,
      retries: { most: 1, pauseMs: 1000 },
    });
    await load(profile, async () => {
      await inject(powerOff(primary), { for: '30s' });
    });
    expect(await judge()).toHold();
  },
);
