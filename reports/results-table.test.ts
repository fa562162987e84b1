import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Verdict } from '../record/verdict-format.ts';
import { resultsTable, type Result } from './results-table.ts';
import { synthetic, type Synthetic } from './testing.ts';

const result = (scenario: string, options: Synthetic = {}, rest: Partial<Result> = {}): Result => ({
  pattern: 'recommended',
  scenario,
  verdict: synthetic(options).verdict,
  ...rest,
});

const stable = (stableMs: number | null): Partial<Verdict> => {
  const { verdict } = synthetic();
  return { recovery: verdict.recovery.map((entry) => ({ ...entry, stableMs })) };
};

const rows = (results: Result[]): string[] =>
  resultsTable(results)
    .split('\n')
    .filter((line) => line.startsWith('| '));

describe('the table of results', () => {
  test('has a row for each scenario, in the order in which they came', () => {
    const [head, rule, first, second, ...more] = rows([result('b'), result('a', { lost: 37, expect: 'lost' })]);
    assert.equal(head, '| scenario | verdict | availability | longest outage | RTO p50 | RTO max | lost | stale | unknown |');
    assert.equal(rule, '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
    assert.match(first ?? '', /^\| b \| pass \| 81\.16 % \| 22\.6 s \| 22\.6 s \| 22\.6 s \| 0 \| 0 \/ 0 \| \d+ \|$/);
    assert.match(second ?? '', /^\| a \| flagged \| .* \| 37 \| 0 \/ 4 \|/);
    assert.deepEqual(more, []);
  });

  test('shows the worst of repeats, and the middle and the slowest recovery', () => {
    const { verdict } = synthetic();
    const slow = { ...stable(30_000), availability: { ...verdict.availability, event: 0.5 } };
    const repeats = [result('a'), result('a', { verdict: slow }), result('a', { verdict: stable(10_000) })];
    const [head, , row] = rows([...repeats, result('once')]);
    assert.match(head ?? '', /^\| scenario \| runs \| verdict \|/);
    assert.match(row ?? '', /^\| a \| 3 \| pass \| 50\.00 % \| 22\.6 s \| 22\.6 s \| 30\.0 s \|/);
  });

  test('never calls recovered what was not, nor nothing lost what could not be judged', () => {
    const undecided: Synthetic = { verdict: { ...stable(null), verdict: 'inconclusive', held: false, reasons: ['no load'] } };
    const [, , row] = rows([result('a', undecided)]);
    assert.match(row ?? '', /\| \*\*inconclusive\*\* \| .* \| never \| never \| \? \|/);
  });

  test('hides no run behind others of its scenario, nor one without a verdict', () => {
    const lost = result('a', {}, { verdict: undefined, error: 'no lab' });
    const text = resultsTable([result('a'), result('a', { lost: 37 }), lost, result('b', {}, { verdict: undefined })]);
    assert.match(text, /\| a \| 3 \| 1 × pass, 1 × \*\*FAIL\*\*, 1 × \*\*no verdict\*\* \|/);
    assert.match(text, /\| b \| 1 \| \*\*no verdict\*\* \| – \| – \| – \| – \| – \| – \| – \|/);
    assert.match(text, /2 scenarios, 4 runs: 1 pass, 1 \*\*FAIL\*\*, 2 \*\*no verdict\*\*\./);
    assert.match(text, /- a: fail: 37 acknowledged writes are absent/);
    assert.match(text, /- a: ended without a verdict: no lab/);
  });

  test('has a row for what was skipped, and tells why', () => {
    const skipped = result('a', {}, { verdict: undefined, skipped: 'fixme: the | is shut' });
    const text = resultsTable([skipped, result('b'), { ...skipped, scenario: 'b' }]);
    assert.match(text, /\| a \| 1 \| skipped \| – \| – \| – \| – \| – \| – \| – \|/);
    assert.match(text, /\| b \| 2 \| 1 × pass, 1 × skipped \| \d/);
    assert.match(text, /2 scenarios, 3 runs: 2 skipped, 1 pass\./);
    assert.match(text, /- a: skipped: fixme: the \\\| is shut\n/);
  });

  test('keeps patterns apart: scenarios of both may be named alike', () => {
    const text = resultsTable([result('a'), result('a', {}, { pattern: 'supported' })]);
    assert.match(text, /### recommended pattern\n\n\| scenario \| verdict[^]*### supported pattern\n\n\| scenario \| verdict/);
  });

  test('lets no text leave its cell', () => {
    assert.match(resultsTable([result('a | b\n<script>')]), /\| a \\\| b &lt;script> \| pass \|/);
  });

  test('says so when nothing ran', () => {
    assert.equal(resultsTable([]), 'No scenario ran.');
  });
});
