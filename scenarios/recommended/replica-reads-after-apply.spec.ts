import { catches, expect, pause, steady, test } from '../../fixtures/index.ts';

test.use({ commit: 'remote_apply' });

test(
  'a replica that applies a write before its acknowledgement never misses it',
  { tag: ['@nightly'], annotation: catches({ 'commits-before-apply': 'stale' }) },
  async ({ holds, load, judge }) => {
    await holds({
      lost: 0,
      stalePrimary: 0,
      // what remote_apply promises of a copy that is synchronous all the while; the other standby is measured only
      staleReplica: 0,
      availability: 1,
      longestOutageMs: 0,
    });
    await load(steady({ writesPerSecond: 200, readsPerSecond: 600, replicaShare: 0.75 }), () => pause('15s'));
    expect(await judge()).toHold();
  },
);
