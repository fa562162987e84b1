import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import { openRecord } from './reader.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-record-'));
  mkdirSync(join(folder, 'final'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const least = { format: 1, id: 'r', scenario: 's', startedAt: '2026-11-01T00:00:00Z' };
const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const run = (change: Record<string, unknown> = {}): void => put('run.json', JSON.stringify({ ...least, ...change }));
const refuses = (says: RegExp): void =>
  assert.throws(
    () => openRecord(folder),
    (error) => error instanceof UsageError && error.exitCode === 64 && says.test(error.message),
  );

test('the least record has a run.json', () => {
  run();
  const record = openRecord(folder);
  assert.equal(record.history, undefined);
  assert.deepEqual(record.run.bounds, {});
});
test('plain and compressed files are found, a plain one first', () => {
  run({ copies: { db1: 'primary', db2: 'gone' } });
  for (const name of [
    'history.jsonl',
    'history.jsonl.gz',
    'observations.jsonl.gz',
    'final/db1.jsonl.gz',
    'final/db2.jsonl',
    'final/db1.jsonl.gz.77.new',
  ])
    put(name, '');
  const record = openRecord(folder);
  assert.deepEqual(
    [record.history?.label, record.observations?.label, record.faults],
    ['history.jsonl', 'observations.jsonl.gz', undefined],
  );
  assert.deepEqual([...record.finals.keys()], ['db1'], 'copies that are gone are not read');
});
test('a folder that is no record is refused', () => {
  refuses(/not a run record: it has no run\.json/u);
  assert.throws(() => openRecord(join(folder, 'nowhere')), /no such folder/u);
});
test('a newer format is refused with both versions', () => {
  run({ format: 2 });
  refuses(/run\.json: the record has format 2, this version reads up to format 1; use a newer holdfast/u);
});
test('what is no format at all is refused', () => {
  for (const format of [undefined, '1', 0, 1.5, null]) {
    run({ format });
    refuses(/expected "format": 1|reads up to format 1/u);
  }
});
test('broken JSON is refused with its place', () => {
  put('run.json', '{"format": 1,\n "id": }');
  refuses(/run\.json: expected JSON, but Unexpected token '\}'/u);
});
test('an unknown bound is refused, as is one that is no number', () => {
  run({ bounds: { losst: 0 } });
  refuses(/bounds: Unrecognized key: "losst"/u);
  for (const availability of [null, 'NaN', 1.01, -1]) {
    run({ bounds: { availability } });
    refuses(/bounds\.availability/u);
  }
  put('run.json', JSON.stringify({ ...least, bounds: { latencyP99Ms: 0 } }).replace('"latencyP99Ms":0', '"latencyP99Ms":1e999'));
  refuses(/bounds\.latencyP99Ms/u);
  run({ bounds: { share: [0.6, 0.4] } });
  refuses(/bounds\.share: expected \[min, max\]/u);
});
test('phases that make no sense are refused', () => {
  const phases = (...list: [string, number, number][]): void => run({ phases: list.map(([name, start, end]) => ({ name, start, end })) });
  phases(['before', 10, 10]);
  refuses(/phase "before" ends at 10 µs, not after its start/u);
  phases(['during', 0, 10], ['before', 10, 20]);
  refuses(/phase "before" stands after "during"/u);
  phases(['before', 0, 10], ['before', 10, 20]);
  refuses(/expected each once/u);
  phases(['before', 0, 10], ['after', 9, 20]);
  refuses(/phase "after" starts at 9 µs, before "before" ends/u);
  phases(['before', 0, 1.5]);
  refuses(/phases\.0\.end/u);
});
test('links that lead out of the record are refused', () => {
  run();
  const outside = mkdtempSync(join(tmpdir(), 'holdfast-outside-'));
  writeFileSync(join(outside, 'x.jsonl'), '');
  symlinkSync(join(outside, 'x.jsonl'), join(folder, 'history.jsonl'));
  refuses(/history\.jsonl: the link leads out of the record/u);
  rmSync(join(folder, 'history.jsonl'));
  symlinkSync(join(outside, 'x.jsonl'), join(folder, 'final', 'db1.jsonl'));
  refuses(/final\/db1\.jsonl: the link leads out/u);
  rmSync(join(folder, 'final'), { recursive: true });
  symlinkSync(outside, join(folder, 'final'));
  refuses(/final: the link leads out/u);
  rmSync(join(folder, 'final'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'faults.jsonl'));
  refuses(/faults\.jsonl: the link leads nowhere/u);
  rmSync(outside, { recursive: true });
});
test('links within the record are refused as well, on the way to a file too', () => {
  run();
  put('real.jsonl', '');
  symlinkSync('real.jsonl', join(folder, 'history.jsonl'));
  refuses(/history\.jsonl: it is a link; put the file itself/u);
  rmSync(join(folder, 'history.jsonl'));
  mkdirSync(join(folder, 'real'));
  put('real/transactions.jsonl', '');
  symlinkSync('real', join(folder, 'evidence'));
  refuses(/evidence: it is a link/u);
  rmSync(join(folder, 'evidence'));
  renameSync(join(folder, 'run.json'), join(folder, 'real.json'));
  symlinkSync('real.json', join(folder, 'run.json'));
  refuses(/run\.json: it is a link/u);
});
test('what is no ordinary file is refused, and not waited for', async () => {
  for (const name of [
    'run.json',
    'history.jsonl',
    'observations.jsonl.gz',
    'final/db1.jsonl',
    'evidence/runbook.jsonl',
    'evidence',
    'final',
  ]) {
    const own = mkdtempSync(join(tmpdir(), 'holdfast-record-'));
    const path = join(own, name);
    if (name !== 'run.json') writeFileSync(join(own, 'run.json'), JSON.stringify(least));
    mkdirSync(dirname(path), { recursive: true });
    const says = new RegExp(`${name}: expected (an ordinary file|a folder)`, 'u');
    execFileSync('mkfifo', [path]);
    assert.throws(() => openRecord(own), says);
    rmSync(path);
    const server = createServer().listen(path);
    await once(server, 'listening');
    assert.throws(() => openRecord(own), says);
    server.close();
    rmSync(path, { force: true });
    if (!['final', 'evidence'].includes(name)) {
      mkdirSync(path);
      assert.throws(() => openRecord(own), says);
    }
    rmSync(own, { recursive: true });
  }
});
test('copies are names of files', () => {
  run({ copies: { '../db1': 'primary' } });
  refuses(/copies: "\.\.\/db1" cannot name a file/u);
  run({ copies: { db1: 'primary' } });
  put('final/db9.jsonl', '');
  refuses(/final\/db9\.jsonl: copy "db9" is not among "copies"/u);
});
