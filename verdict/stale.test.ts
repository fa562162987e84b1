import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { add, classesOf, judged, NO_FLOORS, read, runOf, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;
const missed = (start: number, change: Line = {}): Line =>
  read('e4', start, start + 5, { found: false, role: 'replica', copy: 'db2', ...change });

/** e4, acknowledged at 1,000 µs and in both final states; further lines as given. */
function replica(bounds: Line, lines: Line[], change: Partial<Sketch> = {}, topology: Line = { replication: 'strict' }): Sketch {
  const base = tiny();
  return tiny({
    run: runOf({ floors: NO_FLOORS, bounds, topology }),
    history: [...base.history, add('e4', 900, 1000, { system: 's', timeline: 1, lsn: '0/A0' }), ...lines],
    final: { db1: ['e1', 'e2', 'e3', 'e4'], db2: ['e1', 'e2', 'e3', 'e4'] },
    ...change,
  });
}

describe('stale reads of a replica', { concurrency: 4 }, () => {
  const look = (at: number, change: Line): Line => ({ at, copy: 'db2', up: true, writable: false, ...change });
  const restart = [
    look(500, { startedAt: 'A', lsn: '0/90' }),
    look(1500, { startedAt: 'B', lsn: '0/80' }),
    look(3000, { startedAt: 'B', lsn: '0/95' }),
  ];
  // the restart itself is journalled, and not under test
  const stopped = { faults: [], observations: restart };

  test('are measured where no bound stands', async () => {
    const verdict = await judged(replica({}, [missed(3000), missed(2000), read('e4', 4000, 4005, { role: 'replica', copy: 'db2' })]));
    assert.equal(verdict.verdict, 'pass');
    const measured = { pairs: 2, stale: 1, share: 0.5, p50Ms: 0, p99Ms: 2, maxMs: 2, censored: 0 };
    // e2 was read 40 µs after its ack; e4 was seen from 4,000 to 4,005 µs
    const upper = { upperP50Ms: 0.04, upperP99Ms: 3.005, upperMaxMs: 3.005 };
    assert.deepEqual(verdict.staleness.db2, { ...measured, ...upper, restarting: 0, byPhase: { before: { ...measured, ...upper } } });
  });
  test('have no upper bound while nobody saw the element afterwards', async () => {
    const { staleness } = await judged(replica({}, [read('e4', 1500, 1505, { role: 'replica', copy: 'db2' }), missed(2000)]));
    const { maxMs, upperP50Ms, upperP99Ms, upperMaxMs, censored } = staleness.db2 ?? {};
    assert.deepEqual([maxMs, upperP50Ms, upperP99Ms, upperMaxMs, censored], [1, 0.04, null, null, 1]);
  });
  test('break the bound on staleness by the worst copy', async () => {
    assert.deepEqual(classesOf(await judged(replica({ staleReplicaP99Ms: 1.9 }, [missed(3000)]))).breaking, ['stale']);
    assert.equal((await judged(replica({ staleReplicaP99Ms: 2 }, [missed(3000)]))).verdict, 'pass');
  });
  test('count apart after their copy was seen down, where no look tells when its server started', async () => {
    const seen = (change: Line): Line[] => [
      look(500, { lsn: '0/90', ...change }),
      { at: 1200, copy: 'db2', up: false },
      look(1500, { lsn: '0/80', ...change }),
      look(3000, { lsn: '0/95', ...change }),
    ];
    const during = await judged(replica({ staleReplica: 0 }, [missed(2000)], { observations: seen({}) }));
    assert.deepEqual([classesOf(during).breaking, during.staleness.db2?.restarting], [[], 1]);
    assert.deepEqual(classesOf(await judged(replica({ staleReplica: 0 }, [missed(3500)], { observations: seen({}) }))).breaking, ['stale']);
    const same = replica({ staleReplica: 0 }, [missed(2000)], { observations: seen({ startedAt: 'A' }) });
    assert.deepEqual(classesOf(await judged(same)).breaking, ['stale']);
    // a copy that was never seen again may have restarted for good
    const gone = await judged(replica({ staleReplica: 0 }, [missed(2000)], { observations: seen({}).slice(0, 2) }));
    assert.deepEqual(classesOf(gone).breaking, []);
  });
  test('count apart while their copy catches up after a restart', async () => {
    const verdict = await judged(replica({ staleReplica: 0 }, [missed(2000)], stopped));
    assert.deepEqual(classesOf(verdict).breaking, []);
    assert.equal(verdict.staleness.db2?.restarting, 1);
    assert.match(verdict.findings.find((finding) => finding.class === 'stale')?.message ?? '', /catching up after a restart/u);
    assert.deepEqual(classesOf(await judged(replica({ staleReplica: 0 }, [missed(3001)], stopped))).breaking, ['stale']);
    assert.deepEqual(classesOf(await judged(replica({ staleRestarting: 0 }, [missed(2000)], stopped))).breaking, ['stale']);
  });
  test('count apart by whichever of several restarts they fall into', async () => {
    // the second restart was over at once, the first one only when the copy was past 0/90
    const observations = [
      look(500, { startedAt: 'A', lsn: '0/90' }),
      look(1500, { startedAt: 'B', lsn: '0/80' }),
      look(1600, { startedAt: 'C', lsn: '0/85' }),
      look(3000, { startedAt: 'C', lsn: '0/90' }),
      look(3100, { startedAt: 'D', lsn: '0/91' }),
    ];
    const counts = async (...starts: number[]): Promise<unknown> =>
      (
        await judged(
          replica(
            {},
            starts.map((start) => missed(start)),
            { faults: [], observations },
          ),
        )
      ).staleness.db2?.restarting;
    assert.equal(await counts(1200, 1550, 2900, 3050), 4);
    assert.equal(await counts(3200, 4000), 0);
  });
  test('of a primary are never excused by a restart', async () => {
    assert.deepEqual(classesOf(await judged(replica({}, [missed(2000, { role: 'primary' })], stopped))).breaking, ['stale']);
  });
  test('with a token break the promise when it covers the element, on the same lineage only', async () => {
    const demand = (token: string) => replica({}, [missed(2000, { token })], stopped);
    assert.deepEqual(classesOf(await judged(demand('s:1:7:0/A0'))).breaking, ['stale']);
    assert.deepEqual(classesOf(await judged(demand('s:1:7:0/9F'))).breaking, []);
    assert.deepEqual(classesOf(await judged(demand('s:2:7:0/A0'))).breaking, []);
    assert.match((await judged(demand('0/A0'))).reasons.join('\n'), /1 operations carry a token that is not "system:timeline:epoch:lsn"/u);
  });
  test('are promised only by a copy that was synchronous on both sides, where the topology promises that', async () => {
    const synced = (first: boolean, second: boolean) => ({ observations: [look(990, { sync: first }), look(2100, { sync: second })] });
    assert.deepEqual(classesOf(await judged(replica({ staleReplica: 0 }, [missed(2000)], synced(true, true)))).breaking, ['stale']);
    assert.deepEqual(classesOf(await judged(replica({ staleReplica: 0 }, [missed(2000)], synced(true, false)))).breaking, []);
    assert.deepEqual(classesOf(await judged(replica({ staleReplica: 0 }, [missed(2000)]))).breaking, ['stale']);
    assert.deepEqual(
      classesOf(await judged(replica({ staleReplica: 0 }, [missed(2000)], synced(false, false), { replication: 'async' }))).breaking,
      ['stale'],
    );
  });
});
