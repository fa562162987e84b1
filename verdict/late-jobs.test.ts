import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classesOf, judged, steady, type Sketch } from './testing.ts';

/** A healthy run whose jobs took so long, by the phase of their change; ms. */
function jobs(
  bounds: Record<string, number>,
  took: Partial<Record<'before' | 'during' | 'after', (nth: number) => number | undefined>>,
): Sketch {
  const sketch = steady();
  const due = new Map(sketch.history.map(({ id, due: at }) => [id, Number(at)]));
  const final = Object.fromEntries(
    Object.entries(sketch.final).map(([copy, ids]) => [
      copy,
      ids.map((id, nth) => {
        const at = due.get(id) ?? 0;
        const jobMs = took[at < 1e6 ? 'before' : at < 2e6 ? 'during' : 'after']?.(nth % 200);
        return { id, completions: 1, ...(jobMs === undefined ? {} : { jobMs }) };
      }),
    ]),
  );
  return { ...sketch, run: { ...sketch.run, bounds }, final };
}

describe('jobs', { concurrency: 4 }, () => {
  // 190 of 200 within the bound, the 191st just beyond: the 95th percentile lies between them
  const mostly = (nth: number): number => (nth < 191 ? 100 : 900);

  test('that take longer than promised after a fault are told, with the phase', async () => {
    const verdict = await judged(jobs({ jobP95Ms: 500 }, { before: () => 60, during: () => 60, after: () => 501 }));
    assert.deepEqual(classesOf(verdict), { breaking: ['late-jobs'], other: [] });
    assert.equal(verdict.findings[0]?.phase, 'after');
    assert.match(verdict.reasons[0] ?? '', /^late-jobs: 95 of 100 jobs were completed within 501 ms > 500 ms in "after" \(of 200\)/u);
  });

  test('may be late during a fault, and five of a hundred at any time', async () => {
    const verdict = await judged(jobs({ jobP95Ms: 500 }, { before: mostly, during: () => 20_000, after: mostly }));
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    assert.equal(verdict.jobs?.during?.p95, 20_000);
    assert.equal(verdict.jobs?.after?.max, 900);
  });

  test('whose times are not known, in either phase without a fault, leave the promise open', async () => {
    for (const took of [{}, { before: () => 60 }, { after: () => 60 }]) {
      const verdict = await judged(jobs({ jobP95Ms: 500 }, took));
      assert.equal(verdict.verdict, 'inconclusive');
      assert.match(verdict.reasons.join(), /bound jobP95Ms cannot be judged: no job of a change acknowledged in/u);
    }
  });

  test('of which some do not tell their time leave it open too: they may be the late ones', async () => {
    const verdict = await judged(jobs({ jobP95Ms: 500 }, { before: () => 60, after: (nth) => (nth === 7 ? undefined : 60) }));
    assert.equal(verdict.verdict, 'inconclusive');
    assert.match(verdict.reasons.join(), /1 of 200 jobs of "after" do not tell their time/u);
  });

  test('are judged without a fault as well, where there is one phase only', async () => {
    const { run, ...rest } = jobs({ jobP95Ms: 500 }, { before: () => 60, during: () => 60, after: () => 60 });
    const phases = [{ name: 'before', start: 0, end: 3e6 }];
    const verdict = await judged({ ...rest, run: { ...run, phases }, faults: [] });
    assert.equal(verdict.verdict, 'pass', verdict.reasons.join('\n'));
    assert.equal(verdict.jobs?.before?.jobs, 600);
  });

  test('that a fault held up longer than promised are told, with the phase of their change', async () => {
    const took = { before: () => 60, during: (nth: number) => (nth === 3 ? 20_000 : 60), after: () => 60 };
    const verdict = await judged(jobs({ longestJobMs: 19_999 }, took));
    assert.deepEqual(classesOf(verdict), { breaking: ['late-jobs'], other: [] });
    assert.equal(verdict.findings[0]?.phase, 'during');
    assert.match(
      verdict.reasons[0] ?? '',
      /^late-jobs: a job was completed after 20,000 ms > 19,999 ms, of a change of "during" \(of 200\)/u,
    );
    assert.equal((await judged(jobs({ longestJobMs: 20_000 }, took))).verdict, 'pass');
  });

  test('may be the longest where some, or all, do not tell their time: the promise is open', async () => {
    const some = await judged(
      jobs({ longestJobMs: 500 }, { before: () => 60, during: (nth) => (nth === 7 ? undefined : 60), after: () => 60 }),
    );
    assert.equal(some.verdict, 'inconclusive');
    assert.match(some.reasons.join(), /bound longestJobMs cannot be judged: 1 of 200 jobs of "during" do not tell their time/u);
    assert.match((await judged(jobs({ longestJobMs: 500 }, {}))).reasons.join(), /bound longestJobMs cannot be judged/u);
  });

  test('are measured where nothing is promised', async () => {
    const verdict = await judged(jobs({}, { before: () => 60, after: () => 900 }));
    assert.equal(verdict.verdict, 'pass');
    assert.deepEqual(verdict.jobs?.after, { jobs: 200, untold: 0, p50: 900, p95: 900, p99: 900, max: 900 });
  });

  test('with a time below zero are refused', () =>
    assert.rejects(judged(jobs({ jobP95Ms: 500 }, { before: () => 60, after: (nth) => (nth === 7 ? -1 : 60) })), /jobMs/u));
});
