import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Outcome } from '../run/session.ts';
import type { Tally } from './checks.ts';
import { attempts, tallyOf, type Attempt } from './unjudged.ts';

type Judged = NonNullable<Outcome['verdict']>;

function ended(title: string, verdict: Partial<Judged>): Outcome {
  const judged = { held: verdict.verdict === 'pass', findings: [], ...verdict } as Judged;
  return { title, file: `recommended/${title}.spec.ts`, verdict: judged };
}

const held = (title: string): Outcome => ended(title, { verdict: 'pass' });
const failed = (title: string): Outcome => ended(title, { verdict: 'fail' });
const undecided = (title: string): Outcome => ended(title, { verdict: 'inconclusive' });
const unjudged = (title: string): Outcome => ended(title, { verdict: 'inconclusive', overload: 'the machine was overloaded' });
const skipped = (title: string): Outcome => ({ title, skipped: 'needs three sites' });

/** A profile whose scenarios end like this, and like that when they are run once more; `asked` is what was run. */
function profile(first: Outcome[], second: Outcome[] = []) {
  const asked: (readonly string[])[] = [];
  const run = async (scenarios: readonly string[]): Promise<Outcome[]> => {
    asked.push(scenarios);
    return scenarios.length === 0 ? first : second;
  };
  const said: string[] = [];
  return { asked, said, ended: attempts(run, { most: 1, say: (message) => said.push(message) }) };
}

const many = (count: number): Outcome[] => Array.from({ length: count }, (_, nr) => held(`held-${nr}`));

function count(...profiles: Attempt[][]): { tally: Tally; said: string[] } {
  const said: string[] = [];
  return { tally: tallyOf(profiles, (message) => said.push(message)), said };
}

const once = (...outcomes: Outcome[]): Attempt[] => outcomes.map((outcome) => ({ outcome }));

describe('what an overloaded machine left unjudged', () => {
  test('is run once more, by name, and nothing else is', async () => {
    const { asked, said, ended: all } = profile([held('a'), unjudged('b'), failed('c'), undecided('d')], [held('b')]);
    assert.deepEqual(
      (await all).map(({ outcome, again }) => [outcome.title, again?.map(({ title }) => title)]),
      [
        ['a', undefined],
        ['b', ['b']],
        ['c', undefined],
        ['d', undefined],
      ],
    );
    assert.deepEqual(asked, [[], ['b']]);
    assert.deepEqual(said, ['not judged, for the machine was overloaded; run once more: b']);
  });

  test('is not run again where it is more than may be', async () => {
    const { asked, ended: all } = profile([unjudged('a'), unjudged('b'), held('c')]);
    assert.ok((await all).every(({ again }) => again === undefined));
    assert.deepEqual(asked, [[]]);
  });

  test('counts as it ended the second time, when it was judged', () => {
    const { tally, said } = count([{ outcome: unjudged('a'), again: [held('a')] }, ...once(...many(4))]);
    assert.deepEqual(tally, { passed: 5, failed: 0 });
    assert.deepEqual(said, ['not judged, then passed: a']);
    assert.deepEqual(count([{ outcome: unjudged('a'), again: [failed('a')] }, ...once(...many(4))]), {
      tally: { passed: 4, failed: 1 },
      said: ['failed: not judged, then failed: a'],
    });
  });

  test('has failed when it was left so twice in a row, or was not run once more', () => {
    assert.deepEqual(count([{ outcome: unjudged('a'), again: [unjudged('a')] }, ...once(...many(9))]), {
      tally: { passed: 9, failed: 1 },
      said: ['failed: not judged twice in a row: a'],
    });
    for (const again of [[], undefined])
      assert.deepEqual(count([{ outcome: unjudged('a'), ...(again === undefined ? {} : { again }) }, ...once(...many(9))]).tally, {
        passed: 9,
        failed: 1,
      });
  });

  test('has failed, whatever it did the second time, where it is more than a fifth of all scenarios of all profiles', () => {
    const again = (title: string): Attempt => ({ outcome: unjudged(title), again: [held(title)] });
    const { tally, said } = count([again('a'), ...once(...many(7))], [again('b')]);
    assert.deepEqual(tally, { passed: 7, failed: 2 });
    assert.match(said[0] ?? '', /^failed: 2 of 9 scenarios were not judged, for the machine was overloaded; expected at most a fifth/u);
    assert.deepEqual(count([again('a'), ...once(...many(7))], [again('b'), ...once(held('c'))]).tally, { passed: 10, failed: 0 });
  });
});

describe('the count of scenarios', () => {
  test('five unjudged of seven are no success', () => {
    const { tally } = count(once(held('a'), held('b'), ...['c', 'd', 'e', 'f', 'g'].map(unjudged)));
    assert.deepEqual(tally, { passed: 2, failed: 5 });
  });

  test('takes for failed what broke a promise, is inconclusive, or left no verdict', () => {
    assert.deepEqual(count(once(held('a'), failed('b'), undecided('c'), { title: 'd', error: 'no lab' })).tally, { passed: 1, failed: 3 });
  });

  test('names what was skipped, and counts it neither way; a profile of which nothing ran has failed', () => {
    assert.deepEqual(count(once(held('a'), skipped('b'))), { tally: { passed: 1, failed: 0 }, said: ['skipped: b: needs three sites'] });
    assert.deepEqual(count(once(held('a')), once(skipped('b'))).tally, { passed: 1, failed: 1 });
    assert.deepEqual(count(once(held('a')), []).tally, { passed: 1, failed: 1 });
    assert.deepEqual(count([]).tally, { passed: 0, failed: 1 });
  });
});
