import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { append, readEntries, unfinished, type Entry, type Run } from './journal.ts';

const run: Run = { run: '1', runbook: 'promote', site: 'b' };
const entry = (run: string, step: string): Entry => ({ run, at: 'then', runbook: 'promote', site: 'b', step, facts: {}, tookMs: 1 });

describe('the journal of the runbooks', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-journal-'));
    path = join(folder, 'deep', 'runbook.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('has what was written, and nothing before the first', () => {
    assert.deepEqual(readEntries(path), []);
    append(path, run, { step: 'begin', facts: {} });
    append(path, run, { step: 'fence', facts: {} });
    assert.deepEqual(
      readEntries(path).map(({ step }) => step),
      ['begin', 'fence'],
    );
  });

  test('forgets a line that a crash tore, and goes on after it', () => {
    append(path, run, { step: 'begin', facts: {} });
    appendFileSync(path, '{"run":"1","st');
    assert.equal(readEntries(path).length, 1);
    append(path, run, { step: 'fence', facts: {} });
    assert.equal(readEntries(path).length, 2);
    assert.equal(readFileSync(path, 'utf8').split('\n').length, 3);
  });

  test('is read and written through no link', () => {
    append(path, run, { step: 'begin', facts: {} });
    const link = join(folder, 'link.jsonl');
    symlinkSync(path, link);
    assert.throws(() => readEntries(link), /expected an ordinary file, but it is a link/);
    assert.throws(() => append(link, run, { step: 'fence', facts: {} }), /expected an ordinary file, but it is a link/);
    assert.equal(readEntries(path).length, 1);
  });

  test('that is broken in the middle is an error with its line', () => {
    append(path, run, { step: 'begin', facts: {} });
    appendFileSync(path, 'nonsense\n');
    append(path, run, { step: 'fence', facts: {} });
    assert.throws(() => readEntries(path), /line 2: expected JSON/);
  });

  test('knows a run that has not come to its end', () => {
    const first = [entry('1', 'begin'), entry('1', 'done')];
    assert.deepEqual(unfinished([], 'done'), []);
    assert.deepEqual(unfinished(first, 'done'), []);
    const second = [entry('2', 'begin'), entry('2', 'fence')];
    assert.deepEqual(unfinished([...first, ...second], 'done'), second);
  });
});
