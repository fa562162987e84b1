import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execa } from 'execa';
import { limits } from '../support/limits.ts';
import { projectRoot } from '../support/paths.ts';
import { until } from '../support/poll.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-hostile-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const main = join(projectRoot, 'cli/main.ts');
const holdfast = (...args: string[]) =>
  execa(process.execPath, [main, ...args], { reject: false, stdin: 'ignore', env: { NO_COLOR: '1' } });

const ESCAPES = '\u001b[2J\u009b31m\u202e';
/** What no terminal must get: control characters other than the end of a line, and those that reverse one. */
const RAW = /(?!\n)\p{Cc}|\p{Bidi_Control}/u;

/** A record of an acknowledged write that the truth does not have. */
function losing(name: string, scenario = 'a loss'): string {
  const record = join(folder, name);
  mkdirSync(join(record, 'final'), { recursive: true });
  const floors = { addsPerSecond: 0, readsPerSecond: 0, coverage: 0, samplesPerSecond: 0 };
  const about = { format: 1, id: name, scenario, startedAt: '2026-11-01T00:00:00Z', session: 's1' };
  const run = { ...about, truth: 'db1', copies: { db1: 'primary' }, bounds: { lost: 0 }, floors };
  writeFileSync(join(record, 'run.json'), JSON.stringify(run));
  const add = { op: 'add', id: `e1${ESCAPES}`, client: 1, start: 0, end: 10, outcome: 'ok' };
  writeFileSync(join(record, 'history.jsonl'), `${JSON.stringify(add)}\n${JSON.stringify({ op: 'end', lines: 1 })}\n`);
  for (const file of ['faults.jsonl', 'final/db1.jsonl']) writeFileSync(join(record, file), '');
  return record;
}

describe('a record that somebody else made', () => {
  test('is judged again for each report, whatever its own verdict says', async () => {
    const record = losing('runs/foreign');
    const { stdout } = await holdfast('check', record, '--json');
    const verdict = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(verdict.verdict, 'fail');
    writeFileSync(
      join(record, 'verdict.json'),
      JSON.stringify({ ...verdict, verdict: 'pass', held: true, reasons: ['all well'], findings: [] }),
    );
    assert.equal((await holdfast('report', record)).exitCode, 0);
    const page = readFileSync(join(record, 'report.html'), 'utf8');
    assert.match(page, /<title>Fail/u);
    assert.doesNotMatch(page, /all well/u);
    const table = await holdfast('report', '--table', join(folder, 'runs'));
    assert.match(table.stdout, /a loss \| \*\*FAIL\*\*/u);
    assert.doesNotMatch(table.stdout, /all well/u);
    writeFileSync(join(record, 'history.jsonl'), 'garbage\n');
    assert.match((await holdfast('report', '--table', join(folder, 'runs'))).stdout, /no verdict.*1: expected one JSON object/su);
  });
  test('gets no file of ours outside itself', async () => {
    const record = losing('linked');
    const outside = join(folder, 'outside.txt');
    writeFileSync(outside, 'mine');
    symlinkSync(outside, join(record, 'report.html'));
    assert.equal((await holdfast('report', record)).exitCode, 0);
    assert.equal(readFileSync(outside, 'utf8'), 'mine');
    assert.match(readFileSync(join(record, 'report.html'), 'utf8'), /<title>Fail/u);
  });
  test('sends no command to the terminal, and none into a table or a page', async () => {
    const record = losing(`runs-of-texts/strange${ESCAPES}`, `name${ESCAPES} [a](http://b) \`c\` \\| d`);
    const outputs = [await holdfast('check', record), await holdfast('check', record, '--json'), await holdfast('report', record)];
    const page = readFileSync(join(record, 'report.html'), 'utf8');
    writeFileSync(join(record, 'verdict.json'), '{}');
    const table = await holdfast('report', '--table', join(record, '..'));
    assert.match(table.stdout, /\\\[a\\\]\(http:\/\/b\) \\`c\\` \\\\\\\| d/u);
    writeFileSync(join(record, 'history.jsonl'), `{"op":"${ESCAPES}"}\n`);
    outputs.push(table, await holdfast('check', record));
    for (const { stdout, stderr } of outputs) assert.equal(RAW.exec(stdout + stderr), null, JSON.stringify(stdout + stderr));
    assert.equal(RAW.exec(page), null);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    test(`leaves nothing behind when its judging is ended by ${signal}`, async () => {
      const record = losing(`large-${signal}`);
      const line = JSON.stringify({ op: 'add', id: 'e', client: 1, start: 0, end: 10, outcome: 'ok', more: 'x'.repeat(40) });
      const lines = Array.from({ length: 300_000 }, (_, nth) => line.replace('"e"', `"e${nth}"`));
      writeFileSync(join(record, 'history.jsonl'), `${lines.join('\n')}\n`);
      const temporary = mkdtempSync(join(folder, 'tmp-'));
      const child = spawn(process.execPath, [main, 'check', record], { stdio: 'ignore', env: { ...process.env, TMPDIR: temporary } });
      const ended = once(child, 'exit');
      await until({
        subject: 'check',
        condition: 'its temporary folder',
        timeoutMs: limits.largeJudging,
        intervalMs: 2,
        probe: async () => readdirSync(temporary).some((name) => name.startsWith('holdfast-verdict-')),
      });
      child.kill(signal);
      assert.deepEqual(await ended, [128 + constants.signals[signal], null]);
      assert.deepEqual(readdirSync(temporary), []);
    });
  }
});
