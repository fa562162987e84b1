import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Verdict } from '../record/verdict-format.ts';
import { quantile, repeatsTable } from './repeats.ts';

function run(scenario: string, ...recovery: object[]): Verdict {
  return { scenario, recovery: recovery.map((entry) => ({ ...blank, ...entry })) } as unknown as Verdict;
}

const blank = {
  fault: 'freeze',
  target: 'the primary (db1)',
  firstReactionMs: 100,
  firstSuccessMs: 900,
  stableMs: 1000,
  redundantMs: 2000,
};

describe('recovery over repeats', () => {
  test('is not shown of scenarios that ran once', () => {
    assert.equal(repeatsTable([run('a', {}), run('b', {})]), undefined);
  });

  test('shows min, p50, p95 and max by scenario and fault, on whichever host a role was', () => {
    const table = repeatsTable([
      run('a', { stableMs: 3000 }),
      run('a', { stableMs: 1000, target: 'the primary (db2)' }),
      run('a', { stableMs: 2000 }),
      run('other', {}),
    ]);
    assert.match(table ?? '', /a: freeze on the primary, 3 times/);
    assert.match(table ?? '', /stable \(RTO\) +1\.00 s +2\.00 s +3\.00 s +3\.00 s/);
    assert.doesNotMatch(table ?? '', /other/);
  });

  test('marks what the record was too short to see', () => {
    const table = repeatsTable([run('a', { stableMs: null, unstableMs: 5000, redundantMs: null }), run('a', {})]);
    assert.match(table ?? '', /stable \(RTO\) +1\.00 s +1\.00 s +≥ 5\.00 s +≥ 5\.00 s/);
    assert.match(table ?? '', /redundant +2\.00 s +2\.00 s +never +never/);
  });

  test('takes a length that occurred, and calls it a lower bound when a shorter one was censored', () => {
    const lengths = [1, 2, 3, 4].map((ms) => ({ ms, censored: ms === 2 }));
    assert.deepEqual(quantile(lengths, 0), { ms: 1, censored: false });
    assert.deepEqual(quantile(lengths, 0.5), { ms: 2, censored: true });
    assert.deepEqual(quantile(lengths, 0.95), { ms: 4, censored: true });
  });
});
