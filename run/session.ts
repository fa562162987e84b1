import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '../record/verdict-format.ts';
import { EXIT } from '../support/errors.ts';
import { readJson } from '../support/files.ts';
import { runsDir } from '../support/paths.ts';

/** One scenario of a session: what the runner says of it, and its verdict if it came to one. */
export interface Outcome {
  title: string;
  folder?: string;
  verdict?: Verdict;
  /** how the test ended when there is no verdict */
  error?: string;
}

interface Suite {
  suites?: Suite[];
  specs?: { title: string; tests: { status: string; results: { error?: { message?: string } }[] }[] }[];
}

/** Every scenario that a session started, in the order of their start; verdicts come from the records. The test runner's word adds what has no record, and tests that failed though their record holds: it never makes anything pass. */
export function outcomesOf(session: string, resultsFile: string): Outcome[] {
  const records = recordsOf(session);
  const tests = testsOf(readJson<Suite>(resultsFile));
  const judged = records.map(({ folder, scenario, verdict }): Outcome => {
    if (verdict !== undefined) return { title: scenario, folder, verdict };
    return { title: scenario, folder, error: tests.get(scenario)?.errors[0] ?? 'ended without a verdict' };
  });
  const unrecorded = [...tests].flatMap(([title, { count, failed, errors }]): Outcome[] => {
    const own = judged.filter((outcome) => outcome.title === title);
    const missing = Math.max(0, count - own.length);
    const explained = missing + own.filter(({ verdict }) => verdict?.held !== true).length;
    const error = errors.at(-1);
    return [
      ...Array.from({ length: missing }, () => ({ title, error: error ?? 'ended without a record' })),
      ...Array.from({ length: Math.max(0, failed - explained) }, () => ({
        title,
        error: `its record holds, but the test failed: ${error}`,
      })),
    ];
  });
  return [...judged, ...unrecorded];
}

/** The exit code of several scenarios: 3 before 1 before 2; no scenario at all is 2. */
export function exitCodeOf(outcomes: readonly Outcome[]): number {
  const codes = outcomes.map(codeOf);
  if (codes.length === 0) return EXIT.inconclusive;
  return [EXIT.unhealed, EXIT.broken, EXIT.inconclusive].find((code) => codes.includes(code)) ?? EXIT.pass;
}

function codeOf({ verdict, error }: Outcome): number {
  if (verdict === undefined) return error?.includes('could not be healed') === true ? EXIT.unhealed : EXIT.inconclusive;
  if (verdict.held) return EXIT.pass;
  return verdict.verdict === 'fail' || verdict.expect !== undefined ? EXIT.broken : EXIT.inconclusive;
}

function recordsOf(session: string): { folder: string; scenario: string; verdict: Verdict | undefined }[] {
  if (!existsSync(runsDir())) return [];
  return readdirSync(runsDir())
    .sort()
    .flatMap((name) => {
      const folder = join(runsDir(), name);
      const run = join(folder, 'run.json');
      if (!existsSync(run)) return [];
      const { scenario, session: own } = JSON.parse(readFileSync(run, 'utf8')) as { scenario: string; session?: string };
      return own === session ? [{ folder, scenario, verdict: readJson<Verdict>(join(folder, 'verdict.json')) }] : [];
    });
}

/** What the test runner says of the tests of one title; repeats share it. */
interface Tests {
  count: number;
  failed: number;
  errors: string[];
}

function testsOf(suite: Suite | undefined, into = new Map<string, Tests>()): Map<string, Tests> {
  for (const { title, tests } of suite?.specs ?? []) {
    for (const { status, results } of tests.filter((test) => test.status !== 'skipped')) {
      const known = into.get(title) ?? { count: 0, failed: 0, errors: [] };
      const message = results[0]?.error?.message;
      into.set(title, {
        count: known.count + 1,
        failed: known.failed + (status === 'expected' ? 0 : 1),
        errors: message === undefined ? known.errors : [...known.errors, message],
      });
    }
  }
  for (const inner of suite?.suites ?? []) testsOf(inner, into);
  return into;
}
