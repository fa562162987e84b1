import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classesOf, judged, steady, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

const whole = steady();
const due = (line: Line): number => Number(line.due);
const failing = (line: Line): Line => ({ ...line, outcome: 'unknown', site: undefined, found: undefined });

/** A run whose phases end half a second before its load does; what `spoil` makes of its calls. */
function tailed(spoil: (line: Line) => Line, bounds: Line = {}): Sketch {
  const phases = (whole.run.phases as Line[]).map((phase) => (phase.name === 'after' ? { ...phase, end: 2_500_000 } : phase));
  return { ...whole, run: { ...whole.run, phases, bounds }, history: whole.history.map(spoil) };
}

describe('calls that no phase covers', { concurrency: 2 }, () => {
  test('are no doubt while the service answers them', async () => {
    const verdict = await judged(tailed((line) => line, { availability: 1 }));
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    assert.equal(verdict.availability.offered, 1500);
  });
  test('do not hide an outage after the last phase', async () => {
    for (const [from, to] of [
      [2_500_000, 3_000_000],
      [2_900_000, 2_930_000],
    ] as const) {
      const verdict = await judged(tailed((line) => (due(line) >= from && due(line) < to ? failing(line) : line)));
      assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
      assert.match(
        verdict.reasons.join('\n'),
        /\d+ of \d+ add operations that were due outside the phases, from \d+ to 29\d+ µs, were not ok/u,
      );
    }
  });
  test('do not hide that all calls of one kind fail there, however few they are', async () => {
    const verdict = await judged(tailed((line) => (line.op === 'add' && due(line) >= 2_985_000 ? failing(line) : line)));
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    const phases = (whole.run.phases as Line[]).map((phase) => (phase.name === 'after' ? { ...phase, end: 2_985_000 } : phase));
    const few = await judged({
      ...tailed((line) => (line.op === 'add' && due(line) >= 2_985_000 ? failing(line) : line)),
      run: { ...whole.run, phases },
    });
    assert.deepEqual(classesOf(few), { breaking: [], other: ['vacuous'] });
    assert.match(few.reasons.join('\n'), /3 of 3 add operations that were due outside the phases/u);
  });
  test('may fail now and then, but not where availability would not hold with them', async () => {
    const few = (line: Line): Line => ([2_400_000, 2_700_000, 2_800_000].includes(due(line)) ? failing(line) : line);
    const verdict = await judged(tailed(few, { availability: 0.998 }));
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    const strict = await judged(tailed(few, { availability: 0.999 }));
    assert.deepEqual(classesOf(strict), { breaking: [], other: ['vacuous'] });
    assert.match(
      strict.reasons[0] ?? '',
      /with the 300 calls that were due outside the phases availability would be under its bound 0\.999/u,
    );
  });
  test('do not hide an outage in a short gap between phases either', async () => {
    const phases = (whole.run.phases as Line[]).map((phase) => (phase.name === 'after' ? { ...phase, start: 2_150_000 } : phase));
    const sketch = { ...whole, run: { ...whole.run, phases } };
    assert.equal((await judged(sketch)).verdict, 'pass');
    const history = whole.history.map((line) => (due(line) >= 2_010_000 && due(line) < 2_140_000 ? failing(line) : line));
    assert.deepEqual(classesOf(await judged({ ...sketch, history })), { breaking: [], other: ['vacuous'] });
  });
  test('warm the service up before the first phase, and may fail there: a note tells it', async () => {
    const phases = (whole.run.phases as Line[]).map((phase) => (phase.name === 'before' ? { ...phase, start: 500_000 } : phase));
    const history = whole.history.map((line) => (due(line) < 400_000 ? failing(line) : line));
    const sketch = { ...whole, run: { ...whole.run, phases, bounds: { availability: 1 } } };
    const verdict = await judged({ ...sketch, history });
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    assert.match(verdict.reasons.at(-1) ?? '', /^note: 240 of 300 calls before the first phase were not ok; a warm-up is not judged$/u);
    assert.deepEqual((await judged(sketch)).reasons.length, 1);
    const bounded = (coldStart: number, change: Partial<Sketch> = {}) =>
      judged({ ...sketch, run: { ...sketch.run, bounds: { availability: 1, coldStart } }, history, ...change });
    const cold = await bounded(0.79);
    assert.deepEqual(classesOf(cold), { breaking: ['cold-start'], other: [] });
    assert.deepEqual(cold.reasons, ['cold-start: 240 of 300 calls before the first phase were not ok, 0.8000 > 0.79']);
    const allowed = await bounded(0.8);
    assert.equal(allowed.verdict, 'pass');
    assert.match(allowed.reasons.at(-1) ?? '', /240 of 300 calls before the first phase were not ok; the bound is 0\.8$/u);
    // what fails while the machine has nothing left says nothing of the service
    const busy = (idle: number) => ({ observations: [...sketch.observations, { at: 0, idle, took: 450_000 }] });
    const excused = await bounded(0.1, busy(0.01));
    assert.deepEqual(classesOf(excused), { breaking: [], other: ['vacuous'] });
    assert.match(excused.reasons[0] ?? '', /the machine was overloaded: for 0\.5 s before the first phase its processors/u);
    assert.match(excused.reasons[1] ?? '', /bound coldStart cannot be judged: 240 of 300 .*, on an overloaded machine$/u);
    assert.deepEqual(classesOf(await bounded(0.1, busy(0.5))).breaking, ['cold-start']);
  });
  test('are needed where a cold start has a bound', async () => {
    const verdict = await judged({ ...whole, run: { ...whole.run, bounds: { coldStart: 0.1 } } });
    assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] });
    assert.match(verdict.reasons.join('\n'), /bound coldStart cannot be judged: no call was due before the first phase/u);
  });
});

describe('a site that never came back', { concurrency: 2 }, () => {
  /** Site b is lost at the first second; `back`: when the balancer sees it UP again; `answers`: from when it answers. */
  const lost = (bounds: Line, back: number, answers = back): Sketch => ({
    ...whole,
    run: { ...whole.run, bounds },
    history: whole.history.map((line) => (due(line) >= 1_000_000 && due(line) < answers ? { ...line, site: 'a' } : line)),
    observations: whole.observations.map((line) =>
      line.backend === 'b' && Number(line.at) >= 1_000_000 && Number(line.at) < back ? { ...line, status: 'DOWN' } : line,
    ),
  });

  test('breaks a promise on shares', async () => {
    for (const bounds of [{ share: [0.4, 0.6] }, { leastShare: 0.001, share: [0, 1] }]) {
      const verdict = await judged(lost(bounds, Infinity));
      assert.deepEqual(classesOf(verdict), { breaking: ['misrouted'], other: [] });
      assert.ok(
        verdict.findings.some(({ message }) => message.startsWith('site "b" never came back')),
        verdict.reasons.join('\n'),
      );
    }
  });
  test('is none that is UP again, nor one that answers to the end: but its share was not measured then', async () => {
    const back = await judged(lost({ share: [0.4, 0.6] }, 2_000_000));
    assert.equal(back.verdict, 'pass', back.reasons.join('\n'));
    for (const late of [2_400_000, 2_950_000, Infinity]) {
      const verdict = await judged(lost({ share: [0.4, 0.6] }, late, 2_000_000));
      assert.deepEqual(
        classesOf(verdict),
        late === 2_400_000 ? { breaking: [], other: [] } : { breaking: [], other: ['vacuous'] },
        verdict.reasons.join('\n'),
      );
      if (late !== 2_400_000) assert.match(verdict.reasons.join('\n'), /bound share cannot be judged: "after" has no 200 ok answers/u);
    }
  });
  test('is one that is UP and gives no answer', async () => {
    const verdict = await judged(lost({ share: [0.4, 0.6] }, 2_900_000, Infinity));
    assert.deepEqual(classesOf(verdict).breaking, ['misrouted']);
  });
  test('is nothing that was promised where no share is', async () => {
    assert.equal((await judged(lost({}, Infinity))).verdict, 'pass');
  });
});
