import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classesOf, judged, steady, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;
type Bad = { kind?: string; from: number; to: number; outcome?: string; late?: number };

/** A healthy run in which calls of one kind (or all) due in a stretch did not succeed; µs. */
function outage(bounds: Line, bad: Bad[], seconds: [number, number, number] = [1, 1, 6]): Sketch {
  const sketch = steady({}, seconds);
  const history = sketch.history.map((line) => {
    const due = line.due as number;
    const hit = bad.find(({ kind, from, to }) => due >= from && due < to && (kind === undefined || kind === line.op));
    if (hit === undefined) return line;
    if (hit.late !== undefined) return { ...line, end: due + hit.late };
    return { ...line, end: due + 2_000_000, outcome: hit.outcome ?? 'unknown', site: undefined, found: undefined };
  });
  return { ...sketch, run: { ...sketch.run, bounds }, history };
}

describe('availability', { concurrency: 4 }, () => {
  test('calls that were offered and not ok are counted against the bound', async () => {
    const sketch = outage({ availability: 0.9501 }, [{ from: 1_100_000, to: 1_500_000 }]);
    const verdict = await judged(sketch);
    assert.deepEqual(classesOf(verdict), { breaking: ['availability'], other: [] });
    assert.equal(verdict.reasons[0], 'availability: availability 0.9500 < 0.9501 (240 of 4,800 offered were not ok)');
    assert.equal((await judged({ ...sketch, run: { ...sketch.run, bounds: { availability: 0.95 } } })).verdict, 'pass');
  });
  test('calls that are dropped while the service holds clients up are offered and not ok', async () => {
    const sketch = outage({ availability: 0.992 }, []);
    const history = sketch.history.map((line) => {
      if (line.op !== 'read') return line;
      if (line.due === 1_099_000) return { ...line, end: 1_200_000 };
      return Number(line.due) > 1_100_000 && Number(line.due) < 1_200_000 ? { op: 'dropped', kind: 'read', due: line.due } : line;
    });
    const verdict = await judged({ ...sketch, history });
    assert.deepEqual(classesOf(verdict), { breaking: ['availability'], other: [] });
    assert.equal(verdict.availability.dropped, 40);
    assert.equal(verdict.availability.ok, 4760);
    assert.equal(verdict.availability.event, 4760 / 4800);
  });
  test('an outage of writes does not hide behind reads', async () => {
    const verdict = await judged(
      outage({ longestOutageMs: 450, timeAvailability: 0.95 }, [{ kind: 'add', from: 1_100_000, to: 1_600_000 }]),
    );
    assert.deepEqual(classesOf(verdict).breaking, ['longest-outage', 'time-availability']);
    assert.match(verdict.reasons.join('\n'), /longest outage 500 ms > 450 ms \(kind "add", from 1100000 to 1600000 µs\)/u);
    assert.match(verdict.reasons.join('\n'), /time availability 0\.9375 < 0\.95 \(kind "add"\)/u);
    const held = await judged(
      outage({ longestOutageMs: 500, timeAvailability: 0.9375 }, [{ kind: 'add', from: 1_100_000, to: 1_600_000 }]),
    );
    assert.equal(held.verdict, 'pass', held.reasons.join('\n'));
  });
  test('bad slices at most 200 ms apart are one outage', async () => {
    const bad = (second: number) => [
      { from: 1_100_000, to: 1_200_000 },
      { from: second, to: second + 100_000 },
    ];
    const near = await judged(outage({}, bad(1_400_000)));
    assert.deepEqual(
      near.availability.outages.filter(({ kind }) => kind === 'all').map(({ start, end }) => [start, end]),
      [[1_100_000, 1_500_000]],
    );
    const far = await judged(outage({}, bad(1_500_000)));
    assert.equal(far.availability.outages.filter(({ kind }) => kind === 'all').length, 2);
  });
  test('an outage at the edge of what was measured may have been longer', async () => {
    const verdict = await judged(outage({ longestOutageMs: 1000 }, [{ from: 7_900_000, to: 8_000_000 }]));
    assert.equal(verdict.availability.outages[0]?.censored, true);
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.match(verdict.reasons[0] ?? '', /bound longestOutageMs cannot be judged: .* touches the edge/u);
  });
  test('latency is judged in phases without a fault', async () => {
    const slow = await judged(outage({ latencyP99Ms: 50 }, [{ from: 3_000_000, to: 3_200_000, late: 90_000 }]));
    assert.deepEqual(classesOf(slow).breaking, ['latency']);
    assert.match(slow.reasons[0] ?? '', /99th percentile of latency 90 ms > 50 ms in "after"/u);
    const fault = await judged(outage({ latencyP99Ms: 50 }, [{ from: 1_100_000, to: 1_300_000, late: 90_000 }]));
    assert.equal(fault.verdict, 'pass', fault.reasons.join('\n'));
    assert.equal(fault.availability.byPhase.during?.latency?.p99, 90);
  });
  test('bounds that nothing was measured for leave the record undecided', async () => {
    const sketch = steady();
    const verdict = await judged({
      ...sketch,
      run: { ...sketch.run, bounds: { rtoMs: 100, staleReplicaP99Ms: 5, staleReplica: 0 } },
      history: sketch.history.map((line) => (line.op === 'read' ? { ...line, role: 'primary', copy: 'db1' } : line)),
    });
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.deepEqual(verdict.reasons.map((reason) => /bound (\w+) cannot/u.exec(reason)?.[1] ?? '').sort(), [
      'rtoMs',
      'staleReplica',
      'staleReplicaP99Ms',
    ]);
  });
});

describe('recovery', { concurrency: 4 }, () => {
  // applied at 1,005,000 µs; the outage begins 295 ms later and lasts 600 ms
  const bad = [{ from: 1_300_000, to: 1_900_000 }];

  test('runs from the fault to the start of five good seconds', async () => {
    const verdict = await judged(outage({ rtoMs: 895 }, bad));
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    const { provenMs, firstSuccessMs, stableMs, firstReactionMs, redundantMs } = verdict.recovery[0] ?? {};
    assert.deepEqual(
      { provenMs, firstSuccessMs, stableMs, firstReactionMs, redundantMs },
      { provenMs: 95, firstSuccessMs: 898, stableMs: 895, firstReactionMs: null, redundantMs: 0 },
    );
    assert.deepEqual(classesOf(await judged(outage({ rtoMs: 894 }, bad))).breaking, ['rto']);
  });
  test('a second outage within five seconds belongs to the same recovery', async () => {
    const verdict = await judged(outage({ rtoMs: 3000 }, [...bad, { from: 4_000_000, to: 4_100_000 }], [1, 1, 8]));
    assert.deepEqual(classesOf(verdict).breaking, ['rto']);
    assert.equal(verdict.recovery[0]?.stableMs, 3095);
  });
  test('an outage that comes later than that, of reads and writes at once, belongs to no recovery before it', async () => {
    // lengths of which one or the other made a window take slices of two kinds in another order than the one before it had
    for (const [first, second] of [
      [5, 18],
      [17, 18],
      [18, 19],
      [19, 20],
    ] as const) {
      const later = { from: 12_000_000, to: 12_000_000 + second * 100_000 };
      const verdict = await judged(outage({}, [{ from: 1_300_000, to: 1_300_000 + first * 100_000 }, later], [1, 1, 23]));
      assert.equal(verdict.recovery[0]?.stableMs, 295 + first * 100, `outages of ${first} and ${second} slices`);
    }
  });
  test('an effect that comes late is not taken for none', async () => {
    const verdict = await judged(outage({ rtoMs: 3000 }, [{ from: 7_500_000, to: 7_900_000 }], [1, 8, 6]));
    assert.equal(verdict.recovery[0]?.stableMs, 6895);
    assert.deepEqual(classesOf(verdict).breaking, ['rto']);
  });
  test('a record that ends too early has not shown recovery', async () => {
    const verdict = await judged(outage({ rtoMs: 3000 }, bad, [1, 1, 4]));
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.equal(verdict.recovery[0]?.stableMs, null);
    assert.deepEqual(classesOf(await judged(outage({ rtoMs: 500 }, bad, [1, 1, 4]))).breaking, ['rto']);
  });
  test('reaction and redundancy are read from the samples', async () => {
    const sketch = outage({}, bad);
    const observations = sketch.observations.map((line) => {
      const at = line.at as number;
      if (line.copy === 'db2' && at >= 1_100_000 && at < 2_000_000) return { ...line, up: false };
      return line.backend === 'b' && at >= 1_200_000 && at < 2_500_000 ? { ...line, status: 'DOWN' } : line;
    });
    const { recovery, verdict } = await judged({ ...sketch, observations });
    assert.equal(verdict, 'pass');
    assert.equal(recovery[0]?.firstReactionMs, 95);
    assert.equal(recovery[0]?.redundantMs, 1495);
  });
});
