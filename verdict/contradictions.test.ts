import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classesOf, judged, steady, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

const whole = steady({}, [1, 1, 4]);
const terms = { system: 's', timeline: 1, epoch: 1 };
const named: Sketch = {
  ...whole,
  history: whole.history.map((line) => ({ ...line, ...terms })),
  observations: whole.observations.map((line) => ('copy' in line ? { ...line, ...terms } : line)),
};
/** The run as looks at one copy show it, while it was asked from one moment to another. */
const seen = (copy: string, from: number, to: number, change: Line | ((line: Line) => Line)): Sketch => ({
  ...named,
  observations: named.observations.map((line) =>
    line.copy !== copy || Number(line.at) < from || Number(line.at) > to
      ? line
      : typeof change === 'function'
        ? change(line)
        : { ...line, ...change },
  ),
});
const down = ({ at, copy }: Line): Line => ({ at, copy, up: false });

async function assertDoubted(sketch: Sketch, says: RegExp): Promise<void> {
  const verdict = await judged(sketch);
  assert.deepEqual(classesOf(verdict), { breaking: [], other: ['vacuous'] }, verdict.reasons.join('\n'));
  assert.match(verdict.reasons.join('\n'), says);
}
async function assertNoted(sketch: Sketch, ...told: Line[]): Promise<void> {
  const verdict = await judged(sketch);
  assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
  assert.deepEqual(verdict.contradicted, told);
  assert.match(
    verdict.reasons.join('\n'),
    /note: copy "db2" gave [\d,]+ ok answers, 0 of them to writes, from \d+ to \d+ µs while every look found it down/u,
  );
}
async function assertPassed(sketch: Sketch): Promise<void> {
  const verdict = await judged(sketch);
  assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
}

describe('looks and answers of one copy', { concurrency: 2 }, () => {
  const says = /copy "db1" answered [\d,]+ writes between looks that show it not writable, or on another system, timeline or epoch/u;
  for (const change of [{ writable: false }, { system: 't' }, { timeline: 2 }, { epoch: 2 }])
    test(`contradict each other where it writes between looks that say otherwise: ${JSON.stringify(change)}`, async () => {
      await assertDoubted(seen('db1', 1_000_000, 2_000_000, change), says);
    });
  test('contradict each other where it answers for seconds without a fault, and looks find it down at once', async () => {
    await assertDoubted(seen('db2', 2_500_000, 5_000_000, down), /copy "db2" gave \d+ ok answers in "after" while looks found it down/u);
  });
  test('do not where single looks say so, at the edge of what they saw', async () => {
    await assertPassed(seen('db1', 1_500_000, 1_500_000, { writable: false }));
    await assertPassed(seen('db1', 1_500_000, 1_700_000, { writable: false }));
  });
  test('leave the record as it is where looks waited in vain, or a fault lasts: clients may reach it on another way; a note tells it', async () => {
    const slow = ({ at, copy }: Line): Line => ({ at, copy, up: false, took: 300_000 });
    const none = { copy: 'db2', writes: 0 };
    await assertNoted(seen('db2', 2_500_000, 5_000_000, slow), {
      ...none,
      phase: 'after',
      answers: 400,
      start: 2_904_000,
      end: 4_899_400,
    });
    await assertNoted(seen('db2', 1_050_000, 2_900_000, down), {
      ...none,
      phase: 'during',
      answers: 320,
      start: 1_204_000,
      end: 2_799_400,
    });
  });
  test('are told apart by looks that had no answer: those find nothing down', async () => {
    const verdict = await judged(seen('db2', 1_050_000, 2_900_000, ({ at, copy }) => ({ at, copy, up: null, took: 100_000 })));
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    assert.equal(verdict.contradicted, undefined);
    const between = await judged(
      seen('db2', 1_050_000, 2_900_000, ({ at, copy }) =>
        Number(at) % 200_000 === 0 ? { at, copy, up: null, took: 100_000 } : { at, copy, up: false },
      ),
    );
    assert.equal(between.contradicted, undefined);
  });
  test('do not where it writes between two times when it might not', async () => {
    const readOnly = seen('db1', 2_000_000, 2_300_000, { writable: false });
    const twice = readOnly.observations.map((line) =>
      line.copy === 'db1' && Number(line.at) >= 4_000_000 && Number(line.at) <= 4_300_000 ? { ...line, writable: false } : line,
    );
    const idle = (line: Line): boolean =>
      [2_000_000, 4_000_000].some((from) => Number(line.due) > from + 90_000 && Number(line.due) < from + 210_000);
    const history = named.history.map((line) => (line.op === 'add' && idle(line) ? { ...line, outcome: 'failed' } : line));
    const sent = new Set(history.filter((line) => line.op === 'add' && line.outcome === 'ok').map(({ id }) => id));
    const reads = history.filter((line) => line.op === 'add' || sent.has(line.id));
    const ids = (named.final.db1 ?? []).filter((id) => sent.has(id));
    const verdict = await judged({
      ...named,
      run: { ...named.run, load: undefined },
      history: reads,
      observations: twice,
      final: { db1: ids, db2: ids },
    });
    assert.doesNotMatch(verdict.reasons.join('\n'), /contradict/u);
  });
  test('do not where another copy took over', async () => {
    const moved = (line: Line): boolean => Number(line.at ?? line.due) >= 1_500_000;
    const taken = { ...terms, timeline: 2, epoch: 2 };
    const writer = (line: Line): string => (moved(line) === (line.copy === 'db1') ? 'db2' : 'db1');
    await assertPassed({
      ...named,
      run: { ...named.run, truth: 'db2', copies: { db1: 'replica', db2: 'primary' } },
      history: named.history.map((line) => (moved(line) ? { ...line, ...taken, copy: writer(line) } : line)),
      observations: named.observations.map((line) =>
        'copy' in line && moved(line) ? { ...line, ...taken, writable: line.copy === 'db2' } : line,
      ),
    });
  });
});
