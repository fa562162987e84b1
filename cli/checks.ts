import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { readJson } from '../support/files.ts';
import { projectRoot } from '../support/paths.ts';
import { asUser } from '../support/user.ts';

/** One step of the project's own tests: a command that ends with 0 when all is well. */
export interface Check {
  name: string;
  file: string;
  args: string[];
  /** folder within the project; default: its root */
  folder?: string;
  env?: Record<string, string>;
  /** runs tests of node:test, each of which counts; any other check counts as one */
  tests?: boolean;
  /** as the person who called, also under sudo */
  asUser?: boolean;
}

export interface Tally {
  passed: number;
  failed: number;
}

/** No file of unit tests takes this long, waits of its own included; ms. */
const UNIT_FILE_MS = 300_000;

/** What needs neither root nor Go nor a lab; one that finds PostgreSQL on the machine uses it. */
export function unitChecks(): Check[] {
  const tests = testFiles().filter((file) => !file.endsWith('.lab.test.ts'));
  return [
    { name: 'types', file: process.execPath, args: [tool('typescript/bin/tsc'), '--noEmit'] },
    { name: 'lint rules and import table', file: process.execPath, args: [tool('oxlint/bin/oxlint'), '--type-aware'] },
    { name: 'layout', file: process.execPath, args: [tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
    {
      name: 'unit tests',
      file: process.execPath,
      args: ['--test', `--test-timeout=${UNIT_FILE_MS}`, `--test-concurrency=${availableParallelism()}`, ...tests],
      tests: true,
    },
  ];
}

/** What needs our own k6, Go, or a lab; one file after the other, so that labs do not disturb each other. */
export function labTests(tools: { k6: string }): Check[] {
  const tests = testFiles().filter((file) => /\.(lab|e2e)\.test\.ts$/u.test(file));
  return [
    {
      name: 'programs in Go',
      file: 'go',
      args: ['test', 'holdfast/recorder', './wire', './ask'],
      folder: 'toolchain',
      env: { GOFLAGS: '-mod=readonly' },
      asUser: true,
    },
    {
      name: 'lab tests',
      file: process.execPath,
      args: ['--test', '--test-concurrency=1', ...tests],
      env: { HOLDFAST_K6: tools.k6 },
      tests: true,
    },
  ];
}

/** Runs checks one after the other and counts; what a failed one printed is shown, tests are shown as they run. */
export async function runChecks(checks: readonly Check[], progress: (message: string) => void, show = true): Promise<Tally> {
  const total: Tally = { passed: 0, failed: 0 };
  for (const check of checks) {
    progress(`${check.name} …`);
    const { passed, failed, skipped } = check.tests === true ? await runTests(check, show) : await runCommand(check, show);
    progress(`${check.name}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}

type Counts = Tally & { skipped: number };

async function runCommand(check: Check, show: boolean): Promise<Counts> {
  const result = await execa(check.file, check.args, { ...settingsOf(check), all: true });
  if (result.failed && show) console.log(result.all === '' ? result.shortMessage : result.all);
  return { passed: result.failed ? 0 : 1, failed: result.failed ? 1 : 0, skipped: 0 };
}

/** The counts come from a reporter of our own; a run that left none, or ended badly with none failed, has failed. */
async function runTests(check: Check, show: boolean): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tests-'));
  try {
    const output = show ? 'inherit' : 'ignore';
    const counts = join(folder, 'counts.json');
    const reporters = [
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-reporter=${join(import.meta.dirname, 'counts-reporter.ts')}`,
      `--test-reporter-destination=${counts}`,
    ];
    const result = await execa(check.file, [...reporters, ...check.args], { ...settingsOf(check), stdout: output, stderr: output });
    const { passed, failed, skipped } = readJson<Counts>(counts) ?? { passed: 0, failed: 0, skipped: 0 };
    const broken = failed === 0 && (result.failed || passed === 0);
    if (broken && show) console.log(`${check.name}: ${result.failed ? result.shortMessage : 'no test ran'}`);
    return { passed, failed: broken ? 1 : failed, skipped };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function settingsOf(check: Check): { cwd: string; env: Record<string, string | undefined>; reject: false; stdin: 'ignore' } {
  const user = check.asUser === true ? asUser() : {};
  // node:test runs nothing below a test of its own unless it is made to forget that it is there
  const env = { NODE_TEST_CONTEXT: undefined, ...check.env };
  return { cwd: resolve(projectRoot, check.folder ?? '.'), env, ...user, reject: false, stdin: 'ignore' };
}

function testFiles(): string[] {
  return globSync('**/*.test.ts', { cwd: projectRoot, exclude: ['node_modules', 'runs', 'reports/out'] }).sort();
}

function tool(path: string): string {
  return join(projectRoot, 'node_modules', path);
}
