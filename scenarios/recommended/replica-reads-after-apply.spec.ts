import { catches, expect, pauseReplay, steady, syncStandby, test } from '../../fixtures/index.ts';

test.use({ commit: 'remote_apply' });

test(
  'a replica that applies a write before its acknowledgement never misses it, and holds writes up while it applies nothing',
  { tag: ['@nightly'], annotation: catches({ 'commits-before-apply': 'stale' }) },
  async ({ holds, load, inject, judge }) => {
    await holds(
      {
        lost: 0,
        stalePrimary: 0,
        // what remote_apply promises of a copy that is synchronous all the while; the other standby is measured only
        staleReplica: 0,
        // by nature of the promise: the 6 s, and the proofs of the fault's begin and end; 2 s for a busy machine
        longestOutageMs: 10_000,
        // two fifths of the requests, the writes, for those 10 s of 25; reads go on
        availability: 0.8,
      },
      // the writes of 4 of the 6 s: those of a level that waits for no replay would all succeed
      { failedCalls: 520 },
    );
    await load(steady({ writesPerSecond: 130, readsPerSecond: 200, replicaShare: 0.75 }), () =>
      inject(pauseReplay(syncStandby), { for: '6s' }),
    );
    expect(await judge()).toHold();
  },
);
