import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isExplained } from '../record/explained.ts';
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
  /** file of the scenario within scenarios/ */
  file?: string;
  /** how long the test took, the way to the reference state included */
  seconds?: number;
}

interface Suite {
  suites?: Suite[];
  specs?: { title: string; file?: string; tests: Test[] }[];
}

interface Test {
  status: string;
  annotations?: { type: string; description?: string }[];
  /** none: it was not begun */
  results: { status?: string; duration?: number; error?: { message?: string } }[];
}

/** Every scenario that a session started, in the order of their start; verdicts come from the records. The test runner's word adds what has no record, and tests that failed though their record holds: it never makes anything pass. */
export function outcomesOf(session: string, resultsFile: string): Outcome[] {
  const records = recordsOf(session);
  const tests = testsOf(readJson<Suite>(resultsFile));
  const judged = records.map(({ folder, scenario, verdict }): Outcome => {
    const test = tests.get(scenario);
    const about = { title: scenario, folder, ...test?.place, ...test?.lengths.get(folder) };
    return verdict === undefined ? { ...about, error: test?.errors[0] ?? 'ended without a verdict' } : { ...about, verdict };
  });
  const unrecorded = [...tests].flatMap(([title, { place, count, failed, errors }]): Outcome[] => {
    const own = judged.filter((outcome) => outcome.title === title);
    const missing = Math.max(0, count - own.length);
    // what else a scenario expects may break too where a mistake was made on purpose
    const explained = missing + own.filter(({ verdict }) => verdict?.held !== true || verdict.sabotage !== undefined).length;
    const error = errors.at(-1);
    return [
      ...Array.from({ length: missing }, () => ({ title, ...place, error: error ?? 'ended without a record' })),
      ...Array.from({ length: Math.max(0, failed - explained) }, () => ({
        title,
        ...place,
        error: `its record holds, but the test failed: ${error}`,
      })),
    ];
  });
  return [...judged, ...unrecorded];
}

/** Whether the machine had too little time left for a scenario to be judged. What is lost or wrong is so on any machine, unless it is what a control is about. */
export function isUnjudged({ verdict }: Outcome): boolean {
  if (verdict?.overload === undefined || verdict.held) return false;
  const { findings, expect } = verdict;
  const broken = findings.filter((finding) => finding.breaks && !isExplained(finding, findings));
  return broken.every((finding) => finding.class === expect);
}

/** The exit code of several scenarios: 3 before 1 before 2; no scenario at all is 2. */
export function exitCodeOf(outcomes: readonly Outcome[]): number {
  const codes = outcomes.map(codeOf);
  if (codes.length === 0) return EXIT.inconclusive;
  return [EXIT.unhealed, EXIT.broken, EXIT.inconclusive].find((code) => codes.includes(code)) ?? EXIT.pass;
}

/** The exit code of one scenario. */
export function codeOf({ verdict, error }: Outcome): number {
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
  place: { file?: string };
  count: number;
  failed: number;
  errors: string[];
  /** by the folder of the record */
  lengths: Map<string, { seconds: number }>;
}

function noTests(file: string | undefined): Tests {
  return { place: file === undefined ? {} : { file }, count: 0, failed: 0, errors: [], lengths: new Map() };
}

function testsOf(suite: Suite | undefined, into = new Map<string, Tests>()): Map<string, Tests> {
  for (const { title, file, tests } of suite?.specs ?? []) {
    for (const test of tests.filter((each) => each.status !== 'skipped' || cutShort(each) !== undefined)) {
      const known = into.get(title) ?? noTests(file);
      const [result] = test.results;
      const record = test.annotations?.find(({ type }) => type === 'record')?.description;
      if (record !== undefined && result?.duration !== undefined) known.lengths.set(record, { seconds: result.duration / 1000 });
      known.count++;
      if (!['expected', 'skipped'].includes(test.status)) known.failed++;
      const error = cutShort(test) ?? result?.error?.message;
      if (error !== undefined) known.errors.push(error);
      into.set(title, known);
    }
  }
  for (const inner of suite?.suites ?? []) testsOf(inner, into);
  return into;
}

/** What to say of a scenario that the end of its session left undone; undefined: it was not. */
function cutShort({ results: [result] }: Test): string | undefined {
  if (result === undefined) return 'was not run: its session ended before';
  return result.status === 'interrupted' ? 'was interrupted' : undefined;
}
