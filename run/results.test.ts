import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { resultsOf } from './results.ts';
import { writeSession } from './session-file.ts';
import type { Outcome } from './session.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-results-'));
const before = process.env.HOLDFAST_RUNS;
after(() => {
  if (before === undefined) delete process.env.HOLDFAST_RUNS;
  else process.env.HOLDFAST_RUNS = before;
  rmSync(folder, { recursive: true });
});

/** A record as one machine leaves it; `session` null: made by hand. */
function record(machine: string, minute: number, { session, held }: { session: string | null; held?: boolean }): void {
  const run = join(folder, machine, 'runs', `run-${minute}`);
  mkdirSync(run, { recursive: true });
  const startedAt = `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
  const head = { scenario: `scenario ${minute}`, startedAt, topology: { pattern: 'supported' } };
  writeFileSync(join(run, 'run.json'), JSON.stringify(session === null ? head : { ...head, session }));
  if (held !== undefined) writeFileSync(join(run, 'verdict.json'), JSON.stringify({ held }));
}

/** The file of a session that had trouble beside its records. */
function session(machine: string, id: string, minute: number, skipped: readonly Outcome[] = []): void {
  process.env.HOLDFAST_RUNS = join(folder, machine, 'runs');
  const about = { session: id, startedAt: `2026-01-01T00:${minute}:00.000Z`, pattern: 'supported', profile: 'nightly', repeat: 1 };
  writeSession(about, [
    { title: 'never began', error: 'no lab' },
    { title: 'has a record', folder: '/somewhere', error: 'k6 died' },
    ...skipped,
  ]);
}

record('one', 11, { session: 'x', held: true });
record('one', 10, { session: 'x' });
session('one', 'x', 10);
record('two', 12, { session: 'y', held: false });
record('two', 13, { session: null, held: true });
session('two', 'y', 12);

record('three', 14, { session: 'z' });
record('three', 15, { session: 'z', held: false });
session('three', 'z', 14, [
  { title: 'left out', skipped: 'no reason is given' },
  { title: 'scenario 14', folder: '/elsewhere/runs/run-14', skipped: 'needs three sites' },
]);

const [one, two] = [join(folder, 'one'), join(folder, 'two')];
const told = (...args: Parameters<typeof resultsOf>): unknown[] =>
  resultsOf(...args).map(({ scenario, verdict, error }) => [scenario, verdict?.held ?? error]);

describe('results', () => {
  test('are gathered below the folders of several machines, in the order of their start; what left no record is among them', () => {
    assert.deepEqual(told([two, one]), [
      ['scenario 10', undefined],
      ['never began', 'no lab'],
      ['scenario 11', true],
      ['scenario 12', false],
      ['never began', 'no lab'],
      ['scenario 13', true],
    ]);
    assert.equal(resultsOf([one])[0]?.pattern, 'supported');
  });

  test('tell once what was skipped, and why, also where it had opened a record', () => {
    assert.deepEqual(
      resultsOf([join(folder, 'three')]).map(({ scenario, verdict, error, skipped }) => [scenario, skipped ?? error ?? verdict?.held]),
      [
        ['never began', 'no lab'],
        ['left out', 'no reason is given'],
        ['scenario 14', 'needs three sites'],
        ['scenario 15', false],
      ],
    );
  });

  test('of the last session, or of sessions by name, are theirs alone', () => {
    assert.deepEqual(told([one, two], { latest: true }), [
      ['scenario 12', false],
      ['never began', 'no lab'],
    ]);
    assert.equal(told([one, two], { sessions: ['x', 'y'] }).length, 5);
    assert.deepEqual(told([join(one, 'runs', 'run-11')]), [['scenario 11', true]]);
  });

  test('of a session that is not there are refused, naming those that are', () => {
    assert.throws(() => resultsOf([one], { sessions: ['w'] }), {
      message: /no run of session "w" in .*one: expected one of x/,
      exitCode: 64,
    });
  });
});
