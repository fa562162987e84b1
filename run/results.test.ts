import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { resultsOf } from './results.ts';
import { writeSession } from './session-file.ts';

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
function session(machine: string, id: string, minute: number): void {
  process.env.HOLDFAST_RUNS = join(folder, machine, 'runs');
  const about = { session: id, startedAt: `2026-01-01T00:${minute}:00.000Z`, pattern: 'supported', profile: 'nightly', repeat: 1 };
  writeSession(about, [
    { title: 'never began', error: 'no lab' },
    { title: 'has a record', folder: '/somewhere', error: 'k6 died' },
  ]);
}

record('one', 11, { session: 'x', held: true });
record('one', 10, { session: 'x' });
session('one', 'x', 10);
record('two', 12, { session: 'y', held: false });
record('two', 13, { session: null, held: true });
session('two', 'y', 12);

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

  test('of the last session, or of sessions by name, are theirs alone', () => {
    assert.deepEqual(told([one, two], { latest: true }), [
      ['scenario 12', false],
      ['never began', 'no lab'],
    ]);
    assert.equal(told([one, two], { sessions: ['x', 'y'] }).length, 5);
    assert.deepEqual(told([join(one, 'runs', 'run-11')]), [['scenario 11', true]]);
  });

  test('of a session that is not there are refused, naming those that are', () => {
    assert.throws(() => resultsOf([one], { sessions: ['z'] }), {
      message: /no run of session "z" in .*one: expected one of x/,
      exitCode: 64,
    });
  });
});
