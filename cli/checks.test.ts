import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { projectRoot } from '../support/paths.ts';
import { labTests, runChecks, unitChecks, type Check, type Tally } from './checks.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-checks-'));
after(() => rmSync(folder, { recursive: true }));

/** What a run of checks counts, and what it says on the way. */
async function run(...checks: Check[]): Promise<{ tally: Tally; said: string[] }> {
  const said: string[] = [];
  return { tally: await runChecks(checks, (message) => said.push(message), false), said };
}

/** A check of tests in files with these texts. */
function tests(files: Record<string, string>, ...args: string[]): Check {
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), `import { describe, test } from 'node:test';\n${text}\n`);
  return { name: 'tests', file: process.execPath, args: ['--test', ...args, ...Object.keys(files)], folder, tests: true };
}

const command = (script: string): Check => ({ name: 'command', file: process.execPath, args: ['-e', script] });

describe('the count of checks', () => {
  test('takes a command for one, by its exit code', async () => {
    const { tally, said } = await run(command('process.exit(0)'), command('process.exit(1)'), command('process.exit(0)'));
    assert.deepEqual(tally, { passed: 2, failed: 1 });
    assert.deepEqual(said.slice(0, 4), [
      'command …',
      'command: 1 passed, 0 failed, 0 skipped',
      'command …',
      'command: 0 passed, 1 failed, 0 skipped',
    ]);
  });

  test('takes a program that is not there for one that failed', async () => {
    assert.deepEqual((await run({ name: 'go', file: '/no/such/program', args: [] })).tally, { passed: 0, failed: 1 });
  });

  test('takes every test for one, over all files; what is skipped is said, what is cancelled has failed', async () => {
    const { tally, said } = await run(
      tests({
        'a.test.mjs': "test('a', () => {}); test('b', { skip: true }, () => {}); test('c', () => { throw new Error('wrong'); });",
        'b.test.mjs':
          "describe('d', () => { test('e', () => {}); test('f', { timeout: 20 }, () => new Promise((resolve) => setTimeout(resolve, 400))); });",
      }),
    );
    assert.deepEqual(tally, { passed: 2, failed: 2 });
    assert.equal(said.at(-1), 'tests: 2 passed, 2 failed, 1 skipped');
  });

  test('takes a file that breaks for a test that failed', async () => {
    assert.deepEqual((await run(tests({ 'broken.test.mjs': "throw new Error('wrong');" }))).tally, { passed: 0, failed: 1 });
    assert.deepEqual(
      (
        await run(
          tests({
            'good.test.mjs': "test('a', () => {}); test('b', () => {});",
            'killed.test.mjs': "process.kill(process.pid, 'SIGKILL');",
          }),
        )
      ).tally,
      { passed: 2, failed: 1 },
    );
  });

  test('takes it for a failure when no test ran, or none could', async () => {
    assert.deepEqual((await run(tests({ 'skipped.test.mjs': "test('a', { skip: true }, () => {});" }))).tally, { passed: 0, failed: 1 });
    assert.deepEqual((await run(tests({ 'good.test.mjs': "test('a', () => {});" }, '--no-such-option'))).tally, { passed: 0, failed: 1 });
  });
});

describe('the checks', () => {
  const files = (checks: readonly Check[]): string[] => checks.flatMap(({ args }) => args.filter((arg) => arg.endsWith('.test.ts')));

  test('of the unit part run every test but those of a lab', () => {
    const named = files(unitChecks());
    assert.ok(named.includes('cli/checks.test.ts') && named.includes('topology/lab/shape.test.ts'));
    assert.deepEqual(
      named.filter((file) => file.includes('.lab.') || file.includes('node_modules')),
      [],
    );
  });

  test('are commands that are there', () => {
    for (const { file, args } of unitChecks())
      for (const path of [file, ...args.filter((arg) => /^[^-.].*\//u.test(arg))])
        assert.ok(existsSync(join('/', path)) || existsSync(join(projectRoot, path)), path);
  });

  test('of the unit part and of the lab leave no test out', () => {
    const lab = files(labTests({ k6: '/k6' }));
    assert.ok(lab.includes('load/load.e2e.test.ts') && lab.some((file) => file.endsWith('.lab.test.ts')));
  });
});
