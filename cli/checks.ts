import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** What needs neither root nor Go nor a lab; one that finds PostgreSQL on the machine uses it. */
export function unitChecks(): Check[] {
  const tests = testFiles().filter((file) => !file.endsWith('.lab.test.ts'));
  return [
    { name: 'types', file: process.execPath, args: [tool('typescript/bin/tsc'), '--noEmit'] },
    { name: 'lint rules and import table', file: process.execPath, args: [tool('oxlint/bin/oxlint'), '--type-aware'] },
    { name: 'layout', file: process.execPath, args: [tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
    { name: 'unit tests', file: process.execPath, args: nodeTest(tests, availableParallelism()), tests: true },
  ];
}

/** What needs our own k6, Go, or a lab; one file after the other, so that labs do not disturb each other. */
export function labTests(tools: { k6: string }): Check[] {
  const tests = testFiles().filter((file) => /\.(lab|e2e)\.test\.ts$/u.test(file));
  return [
    {
      name: 'recorder',
      file: 'go',
      args: ['test', 'holdfast/recorder'],
      folder: 'toolchain',
      env: { GOFLAGS: '-mod=readonly' },
      asUser: true,
    },
    { name: 'lab tests', file: process.execPath, args: nodeTest(tests, 1), env: { HOLDFAST_K6: tools.k6 }, tests: true },
  ];
}

/** Runs checks one after the other and counts; what a failed one printed is shown, tests are shown as they run. */
export async function runChecks(checks: readonly Check[], progress: (message: string) => void): Promise<Tally> {
  const total: Tally = { passed: 0, failed: 0 };
  for (const check of checks) {
    progress(`${check.name} …`);
    const { passed, failed } = check.tests === true ? await runTests(check) : await runCommand(check);
    progress(`${check.name}: ${failed === 0 ? 'passed' : 'FAILED'}`);
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}

async function runCommand(check: Check): Promise<Tally> {
  const result = await execa(check.file, check.args, { ...settingsOf(check), all: true });
  if (result.failed) console.log(result.all === '' ? result.shortMessage : result.all);
  return result.failed ? { passed: 0, failed: 1 } : { passed: 1, failed: 0 };
}

/** The counts come from a reporter of our own; a run that left none, or ended badly with none failed, has failed. */
async function runTests(check: Check): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tests-'));
  try {
    const counts = join(folder, 'counts.json');
    const reporters = [
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-reporter=${join(import.meta.dirname, 'counts-reporter.ts')}`,
      `--test-reporter-destination=${counts}`,
    ];
    const result = await execa(check.file, [...reporters, ...check.args], { ...settingsOf(check), stdout: 'inherit', stderr: 'inherit' });
    const { passed, failed } = readJson<Tally>(counts) ?? { passed: 0, failed: 0 };
    const broken = failed === 0 && (result.failed || passed === 0);
    if (broken) console.log(`${check.name}: ${result.failed ? result.shortMessage : 'no test ran'}`);
    return { passed, failed: broken ? 1 : failed };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function settingsOf(check: Check): { cwd: string; env: Record<string, string>; reject: false; stdin: 'ignore' } {
  const user = check.asUser === true ? asUser() : {};
  return { cwd: join(projectRoot, check.folder ?? '.'), env: check.env ?? {}, ...user, reject: false, stdin: 'ignore' };
}

function nodeTest(files: readonly string[], concurrency: number): string[] {
  return ['--test', `--test-concurrency=${concurrency}`, ...files];
}

function testFiles(): string[] {
  return globSync('**/*.test.ts', { cwd: projectRoot, exclude: ['node_modules', 'runs', 'reports/out'] }).sort();
}

function tool(path: string): string {
  return join(projectRoot, 'node_modules', path);
}
