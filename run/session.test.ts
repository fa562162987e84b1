import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Verdict } from '../record/verdict-format.ts';
import { exitCodeOf, isUnjudged, outcomesOf, type Outcome } from './session.ts';

type Judged = Partial<Pick<Verdict, 'verdict' | 'held' | 'expect' | 'sabotage'>>;

/** As much of a verdict as the exit code is made from. */
const verdictOf = (judged: Judged): Verdict => ({ held: judged.verdict === 'pass', ...judged }) as Verdict;
const ended = (judged: Judged): Outcome => ({ title: 'a', folder: '/runs/a', verdict: verdictOf(judged) });
const unjudged = (error = 'a timeout'): Outcome => ({ title: 'b', error });

const held = ended({ verdict: 'pass' });
const broken = ended({ verdict: 'fail' });
const undecided = ended({ verdict: 'inconclusive' });
const unhealed = unjudged('faults of earlier runs could not be healed: freeze on db1: no answer');

describe('an overloaded machine', () => {
  const overloaded = (judged: Judged, ...classes: string[]): Outcome => {
    const findings = classes.map((name) => ({ class: name, breaks: true, count: 1, message: '', witnesses: [] }));
    return ended({ overload: 'the machine was overloaded', findings, ...judged } as Judged);
  };
  test('leaves unjudged what is undecided, and a control that showed nothing else than what it is about', () => {
    assert.equal(isUnjudged(overloaded({ verdict: 'inconclusive' })), true);
    assert.equal(isUnjudged(overloaded({ verdict: 'fail', held: false, expect: 'lost' }, 'lost')), true);
    assert.equal(isUnjudged(overloaded({ verdict: 'pass', held: false, expect: 'lost' })), true);
  });
  test('excuses nothing that was found, and nothing that held', () => {
    assert.equal(isUnjudged(overloaded({ verdict: 'fail' }, 'lost')), false);
    assert.equal(isUnjudged(overloaded({ verdict: 'fail', held: false, expect: 'lost' }, 'lost', 'stale')), false);
    assert.equal(isUnjudged(overloaded({ verdict: 'pass' })), false);
    assert.equal(isUnjudged(undecided), false);
    assert.equal(isUnjudged(unjudged()), false);
  });
});

describe('the exit code', () => {
  test('says of one scenario how it ended', () => {
    assert.deepEqual(
      [held, broken, undecided, unjudged(), unhealed].map((outcome) => exitCodeOf([outcome])),
      [0, 1, 2, 2, 3],
    );
  });

  test('of a control is 0 only when exactly that was flagged, and 1 when something else, or nothing, was found', () => {
    assert.equal(exitCodeOf([ended({ verdict: 'fail', held: true, expect: 'lost' })]), 0);
    assert.equal(exitCodeOf([ended({ verdict: 'fail', held: false, expect: 'lost' })]), 1);
    assert.equal(exitCodeOf([ended({ verdict: 'pass', held: false, expect: 'lost' })]), 1);
    assert.equal(exitCodeOf([ended({ verdict: 'inconclusive', held: true, expect: 'inconclusive' })]), 0);
  });

  test('of several scenarios is 3 before 1 before 2, in any order', () => {
    const cases: [Outcome[], number][] = [
      [[held, held], 0],
      [[held, undecided], 2],
      [[undecided, broken, held], 1],
      [[broken, unjudged(), unhealed], 3],
      [[undecided, unhealed], 3],
    ];
    for (const [outcomes, code] of cases) for (const order of [outcomes, outcomes.toReversed()]) assert.equal(exitCodeOf(order), code);
  });

  test('leaves out what was skipped, unless it was asked for by name, or nothing else ran', () => {
    const skipped: Outcome = { title: 'c', skipped: 'needs three sites' };
    assert.equal(exitCodeOf([held, skipped]), 0);
    assert.equal(exitCodeOf([held, skipped], { named: true }), 2);
    assert.equal(exitCodeOf([skipped]), 2);
    assert.equal(exitCodeOf([broken, skipped], { named: true }), 1);
  });

  test('of nothing at all is 2: a run without a scenario has shown nothing', () => {
    assert.equal(exitCodeOf([]), 2);
  });
});

describe('the outcomes of a session', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-session-'));
  const results = join(folder, 'results.json');
  const runs = process.env.HOLDFAST_RUNS;
  before(() => {
    process.env.HOLDFAST_RUNS = join(folder, 'runs');
  });
  after(() => {
    if (runs === undefined) delete process.env.HOLDFAST_RUNS;
    else process.env.HOLDFAST_RUNS = runs;
    rmSync(folder, { recursive: true });
  });

  function record(name: string, { session, scenario, verdict }: { session?: string; scenario: string; verdict?: Judged }): string {
    const run = join(folder, 'runs', name);
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, 'run.json'), JSON.stringify({ scenario, session }));
    if (verdict !== undefined) writeFileSync(join(run, 'verdict.json'), JSON.stringify(verdict));
    return run;
  }

  function said(...specs: { title: string; status?: string; message?: string; file?: string; results?: object[] }[]): void {
    const told = specs.map(({ title, status = 'expected', message, file, ...rest }) => ({
      title,
      file,
      tests: [{ status, results: [message === undefined ? {} : { error: { message } }], ...rest }],
    }));
    writeFileSync(results, JSON.stringify({ suites: [{ suites: [{ specs: told.slice(0, 1) }], specs: told.slice(1) }] }));
  }

  test('are none before anything ran', () => {
    assert.deepEqual(outcomesOf('s', results), []);
  });

  test('come from the records of this session, in their order; a test that failed though its record holds counts beside it', () => {
    const second = record('2-second', { session: 's', scenario: 'second', verdict: { verdict: 'pass', held: true } });
    const first = record('1-first', { session: 's', scenario: 'first', verdict: { verdict: 'fail' } });
    record('3-other', { session: 'earlier', scenario: 'first', verdict: { verdict: 'pass' } });
    record('4-none', { scenario: 'by hand', verdict: { verdict: 'pass' } });
    mkdirSync(join(folder, 'runs', '5-empty'));
    said({ title: 'first' }, { title: 'second', status: 'unexpected', message: 'failed after the verdict' });
    assert.deepEqual(outcomesOf('s', results), [
      { title: 'first', folder: first, verdict: { verdict: 'fail' } },
      { title: 'second', folder: second, verdict: { verdict: 'pass', held: true } },
      { title: 'second', error: 'its record holds, but the test failed: failed after the verdict' },
    ]);
    assert.equal(exitCodeOf(outcomesOf('s', results).slice(1)), 2);
  });

  test('of a mistake that was caught: whatever else the scenario expected broke with it', () => {
    const folder = record('9-caught', {
      session: 'caught',
      scenario: 'caught',
      verdict: { verdict: 'fail', held: true, sabotage: 'slow-return' },
    });
    said({ title: 'caught', status: 'unexpected', message: 'rows are missing' });
    assert.deepEqual(outcomesOf('caught', results), [
      { title: 'caught', folder, verdict: { verdict: 'fail', held: true, sabotage: 'slow-return' } },
    ]);
  });

  test('count the repeats of a scenario: one that left no record is not hidden by another', () => {
    const one = record('7-again', { session: 'u', scenario: 'again', verdict: { verdict: 'pass', held: true } });
    said({ title: 'again' }, { title: 'again', status: 'unexpected', message: 'no lab' });
    assert.deepEqual(outcomesOf('u', results), [
      { title: 'again', folder: one, verdict: { verdict: 'pass', held: true } },
      { title: 'again', error: 'no lab' },
    ]);
  });

  test('name what ended without a verdict, or without a record, and why', () => {
    const crashed = record('6-crashed', { session: 't', scenario: 'crashed' });
    said(
      { title: 'crashed', message: 'k6 died' },
      { title: 'never began', message: 'no lab' },
      { title: 'silent' },
      { title: 'behind another', status: 'skipped', results: [{ status: 'skipped' }] },
    );
    assert.deepEqual(outcomesOf('t', results), [
      { title: 'crashed', folder: crashed, error: 'k6 died' },
      { title: 'never began', error: 'no lab' },
      { title: 'silent', error: 'ended without a record' },
      { title: 'behind another', error: 'was not run: what its file does before it had failed' },
    ]);
  });

  test('name what was skipped, and why, with the record that it may have opened; a verdict is hidden by no skip', () => {
    const [opened, judged] = ['8-opened', '8-judged'].map((name) =>
      record(name, {
        session: 'x',
        scenario: name.slice(2),
        ...(name === '8-judged' ? { verdict: { verdict: 'fail', held: false } } : {}),
      }),
    );
    const skip = (description?: string, folder?: string): object => ({
      status: 'skipped',
      annotations: [
        { type: 'skip', ...(description === undefined ? {} : { description }) },
        ...(folder === undefined ? [] : [{ type: 'record', description: folder }]),
      ],
      results: [{ status: 'skipped' }],
    });
    said(
      { title: 'judged', ...skip('too late', judged) },
      { title: 'left out', file: 'recommended/left-out.spec.ts', ...skip() },
      { title: 'opened', ...skip('needs three sites', opened) },
    );
    const outcomes = outcomesOf('x', results);
    assert.deepEqual(outcomes, [
      { title: 'judged', folder: judged, verdict: { verdict: 'fail', held: false } },
      { title: 'opened', folder: opened, skipped: 'needs three sites' },
      { title: 'left out', file: 'recommended/left-out.spec.ts', skipped: 'no reason is given' },
    ]);
  });

  test('carry the file of their scenario and how long their own test took, repeats apart', () => {
    const runs = ['8-one', '8-two'].map((name) =>
      record(name, { session: 'v', scenario: 'long', verdict: { verdict: 'pass', held: true } }),
    );
    const tests = runs.map((folder, nth) => ({
      status: 'expected',
      annotations: [{ type: 'record', description: folder }],
      results: [{ duration: 30_000 + nth * 1500 }],
    }));
    writeFileSync(results, JSON.stringify({ suites: [{ specs: [{ title: 'long', file: 'recommended/long.spec.ts', tests }] }] }));
    assert.deepEqual(
      outcomesOf('v', results).map(({ file, seconds }) => [file, seconds]),
      [
        ['recommended/long.spec.ts', 30],
        ['recommended/long.spec.ts', 31.5],
      ],
    );
  });

  test('name what a session that was stopped left undone: it was not passed over in silence', () => {
    const begun = record('9-begun', { session: 'w', scenario: 'begun' });
    said(
      { title: 'begun', status: 'skipped', results: [{ status: 'interrupted' }] },
      { title: 'later', status: 'skipped', results: [], file: 'recommended/later.spec.ts' },
    );
    assert.deepEqual(outcomesOf('w', results), [
      { title: 'begun', folder: begun, error: 'was interrupted' },
      { title: 'later', file: 'recommended/later.spec.ts', error: 'was not run: its session ended before' },
    ]);
  });
});
