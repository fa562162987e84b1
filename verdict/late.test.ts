import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { add, classesOf, judged, steady, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** A healthy run in which every call due during the fault takes so long, and ends ok; ms. */
function hanging(tookMs: number, run: Line): Sketch {
  const sketch = steady({}, [1, 1, 6]);
  const during = ({ due }: Line): boolean => Number(due) >= 1_000_000 && Number(due) < 2_000_000;
  const history = sketch.history.map((line) => (during(line) ? { ...line, end: Number(line.start) + tookMs * 1000 } : line));
  return { ...sketch, run: { ...sketch.run, ...run }, history };
}

/** One add more, in attempts of these starts and ends; all but the last are unanswered. */
function attempted(attempts: [number, number][], change: Line = {}): Line[] {
  const last = attempts.length - 1;
  return attempts.map(([start, end], nth) =>
    add('again', start, end, { attempt: nth + 1, outcome: nth === last ? 'ok' : 'unknown', ...change }),
  );
}

describe('an answer that comes after the deadline', { concurrency: 2 }, () => {
  const bounds = { longestOutageMs: 500, availability: 0.99 };

  test('is no good one: calls that hang for 25 s and end ok are an outage', async () => {
    const verdict = await judged(hanging(25_000, { bounds }));
    assert.deepEqual(classesOf(verdict), { breaking: ['availability', 'longest-outage'], other: [] });
    const { late, ok, offered } = verdict.availability.byPhase.during ?? {};
    assert.deepEqual([late, ok, offered], [600, 0, 600]);
    assert.equal(verdict.availability.byPhase.during?.latency?.p50, 25_000);
    assert.equal(verdict.availability.outages.find(({ kind }) => kind === 'add')?.end, 2_000_000);
  });
  test('is counted by the deadline that the record states, 2 s if it states none', async () => {
    for (const [tookMs, run] of [
      [2000, {}],
      [25_000, { deadlineMs: 25_000 }],
    ] as const) {
      const verdict = await judged(hanging(tookMs, { bounds, ...run }));
      assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
      assert.equal(verdict.availability.late, 0);
    }
    for (const run of [{}, { deadlineMs: 499.9 }]) {
      const verdict = await judged(hanging(run.deadlineMs === undefined ? 2000.001 : 500, { bounds, ...run }));
      assert.equal(verdict.verdict, 'fail');
      assert.equal(verdict.availability.late, 600);
    }
  });
  test('is counted from the first attempt of a call, whether or not the repeats name its due time', async () => {
    const base = tiny();
    const final = { db1: ['e1', 'e2', 'e3', 'again'], db2: ['e1', 'e2', 'e3', 'again'] };
    const tally = async (lines: Line[], run: Line = {}): Promise<(number | undefined)[]> => {
      const { availability } = await judged({ ...base, run: { ...base.run, ...run }, history: [...base.history, ...lines], final });
      return [availability.offered, availability.ok, availability.late];
    };
    const long: [number, number][] = [
      [100, 1_900_000],
      [1_950_000, 2_050_000],
    ];
    const short: [number, number][] = [
      [100, 1_800_000],
      [1_850_000, 2_000_100],
    ];
    for (const change of [{}, { due: 100 }]) {
      assert.deepEqual(await tally(attempted(long, change)), [7, 6, 1]);
      assert.deepEqual(await tally(attempted(short, change)), [7, 7, 0]);
      assert.deepEqual(await tally(attempted(long, change), { deadlineMs: 5000 }), [7, 7, 0]);
    }
  });
  test('says when it may come in a way that means something, or the record is refused', async () => {
    for (const deadlineMs of [0, -1, 1e9, '2000'])
      await assert.rejects(judged(tiny({ run: { ...tiny().run, deadlineMs } })), /run\.json: deadlineMs/u);
  });
});

test('the time that a call takes counts from its start: a load generator that is late is no slow service', async () => {
  const sketch = steady({}, [1, 1, 1]);
  const history = sketch.history.map((line) => ({ ...line, start: Number(line.start) + 80_000, end: Number(line.end) + 80_000 }));
  const verdict = await judged({ ...sketch, run: { ...sketch.run, bounds: { latencyP99Ms: 1 } }, history });
  assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
  assert.equal(verdict.availability.latency?.max, 0.8);
});
