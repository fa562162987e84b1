import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classesOf, judged, steady, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** Phases of 2, 1 and 1 s; the reads of 60 ms from `failing` on failed (µs), and so large a share of the processors was idle in each half second. */
function busy(idle: number[], bounds: Line, change: Partial<Sketch> = {}, failing: readonly number[] = [2_200_000]): Sketch {
  const sketch = steady({}, [2, 1, 1]);
  const history = sketch.history.map((line) => {
    const due = line.due as number;
    const hit = line.op === 'read' && failing.some((since) => due >= since && due < since + 60_000);
    return hit ? { ...line, outcome: 'failed', found: undefined } : line;
  });
  return {
    ...sketch,
    run: { ...sketch.run, bounds },
    history,
    observations: [...sketch.observations, ...idle.map((share, nr) => ({ at: nr * 500_000, idle: share, took: 500_000 }))],
    ...change,
  };
}

const strict = { availability: 1 };

describe('an overloaded machine', { concurrency: 4 }, () => {
  test('leaves what was late or failed undecided', async () => {
    const verdict = await judged(busy([0.01, 0.5, 0.049, 0.3, 0.9], { ...strict, longestOutageMs: 50 }));
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.equal(verdict.verdict, 'inconclusive');
    assert.match(verdict.reasons[0] ?? '', /the machine was overloaded: for 1\.0 of 2\.0 s of "before", without a fault/u);
    assert.match(
      verdict.reasons[1] ?? '',
      /^vacuous: bound availability cannot be judged: availability 0\.99\d+ < 1 .*, on an overloaded machine$/u,
    );
    assert.match(verdict.reasons[2] ?? '', /bound longestOutageMs cannot be judged: longest outage/u);
    assert.deepEqual(verdict.machine?.before, { seconds: 2, busySeconds: 1, idle: (0.01 + 0.5 + 0.049 + 0.3) / 4 });
  });
  test('is told before every other doubt', async () => {
    const sketch = busy([0, 0, 0, 0], strict);
    const verdict = await judged({ ...sketch, run: { ...sketch.run, troubles: ['the course broke off'] } });
    assert.match(verdict.reasons[0] ?? '', /the machine was overloaded/u);
    assert.match(verdict.reasons[1] ?? '', /the course broke off/u);
  });
  test('is one only when half of a phase left it nothing', async () => {
    for (const idle of [[], [0.01, 0.5, 0.05, 0.3], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0, 0], [0.01]]) {
      const verdict = await judged(busy(idle, strict));
      assert.deepEqual(classesOf(verdict), { breaking: ['availability'], other: [] }, `idle ${idle.join()}`);
    }
  });
  test('is one during a fault too, but for a control and a mistake, whose fault may be what keeps it busy', async () => {
    const idle = [0.5, 0.5, 0.5, 0.5, 0.01, 0.5, 0.5, 0.5];
    const sketch = busy(idle, strict);
    const verdict = await judged(sketch);
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.match(verdict.reasons[0] ?? '', /the machine was overloaded: for 0\.5 of 1\.0 s of "during" its processors/u);
    assert.match(verdict.overload ?? '', /^the machine was overloaded/u);
    assert.equal((await judged({ ...sketch, run: { ...sketch.run, expect: 'availability' } })).held, true);
    const topology = { ...(sketch.run.topology as Line), sabotage: 'some-mistake' };
    assert.equal((await judged({ ...sketch, run: { ...sketch.run, topology, expect: 'availability' } })).held, true);
    const calmer = await judged(busy([...idle.slice(0, 4), 0.05, 0.5, 0, 0], strict));
    assert.deepEqual([classesOf(calmer).breaking, calmer.overload], [['availability'], undefined]);
  });
  test('excuses what failed just then, where it was one for less than half of a phase', async () => {
    const idle = [0.5, 0.01, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
    const bounds = { ...strict, timeAvailability: 1, longestOutageMs: 0 };
    const excused = await judged(busy(idle, bounds, {}, [600_000, 900_000]));
    assert.deepEqual(classesOf(excused), { breaking: [], other: ['vacuous'] });
    assert.equal(excused.verdict, 'inconclusive');
    assert.match(excused.reasons[0] ?? '', /the machine was overloaded: for 0\.5 of 2\.0 s of "before"/u);
    assert.equal(excused.reasons.filter((reason) => reason.startsWith('vacuous: ')).length, 4, excused.reasons.join('\n'));
    assert.match(excused.overload ?? '', /^the machine was overloaded/u);
    // what the record shows is told as it is
    assert.equal(excused.availability.ok, excused.availability.offered - 48);

    const both = await judged(busy(idle, bounds, {}, [600_000, 1_100_000]));
    assert.deepEqual(classesOf(both).breaking, ['availability', 'longest-outage', 'time-availability']);
    assert.equal(both.overload, undefined);
    const lenient = await judged(
      busy(
        idle,
        { ...bounds, availability: 0.98, timeAvailability: 0.9, longestOutageMs: 150 },
        {},
        [600_000, 700_000, 800_000, 1_100_000],
      ),
    );
    assert.deepEqual(classesOf(lenient), { breaking: [], other: ['vacuous'] });
  });
  test('excuses quantiles and shares that a busy tenth of a phase may have decided', async () => {
    const late = (idle: number[]): Sketch => {
      const sketch = busy(idle, { latencyP99Ms: 100, share: [0.6, 1] }, {}, []);
      const slow = (line: Line): boolean => line.op === 'read' && (line.due as number) < 60_000;
      return { ...sketch, history: sketch.history.map((line) => (slow(line) ? { ...line, end: (line.end as number) + 400_000 } : line)) };
    };
    assert.deepEqual(classesOf(await judged(late([0.5, 0.5, 0.5, 0.5]))).breaking, ['latency', 'misrouted']);
    // the other phases were not busy, and one site gives half of their answers too
    const some = await judged(late([0.01, 0.5, 0.5, 0.5]));
    assert.deepEqual(classesOf(some), { breaking: ['misrouted'], other: ['vacuous'] });
    assert.match(
      some.reasons.join('\n'),
      /bound latencyP99Ms cannot be judged: 99th percentile of latency 400\.4 ms > 100 ms in "before"/u,
    );
    assert.ok(some.findings.filter(({ breaks }) => breaks).every(({ phase }) => phase === 'after'));
  });
  test('excuses nothing of what a control or a mistake may have kept it busy with', async () => {
    const idle = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.01, 0.5, 0.5];
    const sketch = busy(idle, strict, {}, [3_200_000]);
    assert.equal((await judged(sketch)).verdict, 'inconclusive');
    assert.equal((await judged({ ...sketch, run: { ...sketch.run, expect: 'availability' } })).held, true);
  });
  test('excuses shares of the answers that are not even, but no site that is passed over and none that must not serve', async () => {
    const uneven = busy([0, 0, 0, 0], {});
    const shares = await judged({ ...uneven, run: { ...uneven.run, bounds: { share: [0.6, 1] } } });
    assert.deepEqual(classesOf(shares), { breaking: [], other: ['vacuous'] });
    assert.match(shares.reasons[1] ?? '', /bound share cannot be judged: share 0\.\d+ of site "a"/u);
    const calm = busy([1, 1, 1, 1], {});
    assert.deepEqual(classesOf(await judged({ ...calm, run: { ...calm.run, bounds: { share: [0.6, 1] } } })).breaking, ['misrouted']);
    const history = uneven.history.map((line) => (line.site === 'b' ? { ...line, site: 'a' } : line));
    assert.deepEqual(classesOf(await judged({ ...uneven, history })).breaking, ['misrouted']);
    const topology = { ...(uneven.run.topology as Line), routing: 'active-passive' };
    assert.deepEqual(classesOf(await judged({ ...uneven, run: { ...uneven.run, topology } })).breaking, ['misrouted']);
  });
  test('is none because a sample stands there twice', async () => {
    const sketch = busy([0.01, 0.5, 0.3, 0.3], strict);
    const verdict = await judged({ ...sketch, observations: [...sketch.observations, { at: 0, idle: 0.01, took: 500_000 }] });
    assert.deepEqual(classesOf(verdict).breaking, ['availability']);
  });
  test('excuses no loss', async () => {
    const sketch = busy([0, 0, 0, 0], { ...strict, lost: 0 });
    const lost = sketch.final.db1?.[10];
    const left = (sketch.final.db1 ?? []).filter((id) => id !== lost);
    const verdict = await judged({ ...sketch, final: { db1: left, db2: left } });
    assert.equal(verdict.verdict, 'fail');
    assert.match(verdict.reasons[0] ?? '', /^lost: 1 of/u);
  });
  test('does not spoil promises that held, and is told', async () => {
    const verdict = await judged(busy([0, 0, 0, 0], { availability: 0.9 }));
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    assert.match(verdict.reasons.at(-1) ?? '', /^note: the machine was overloaded: for 2\.0 of 2\.0 s/u);
  });
  test('proves no control, and catches no mistake', async () => {
    const sketch = busy([0, 0, 0, 0], strict);
    const control = await judged({ ...sketch, run: { ...sketch.run, expect: 'availability' } });
    assert.equal(control.held, false);
    const calm = await judged({ ...busy([1, 1, 1, 1], strict), run: { ...sketch.run, expect: 'availability' } });
    assert.equal(calm.held, true, calm.reasons.join('\n'));
    const topology = { ...(sketch.run.topology as Line), sabotage: 'some-mistake' };
    assert.equal((await judged({ ...sketch, run: { ...sketch.run, topology, expect: 'availability' } })).held, false);
  });
  test('a sample that tells no share, or no time, is refused with its line', async () => {
    for (const line of [{ idle: 1.1, took: 1 }, { idle: -0.1, took: 1 }, { idle: 0.5 }, { idle: 0.5, took: 0 }, { took: 5 }])
      await assert.rejects(judged(busy([], strict, { observations: [{ at: 0, ...line }] })), /observations\.jsonl:1: /u);
  });
});
