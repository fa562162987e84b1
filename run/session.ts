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

/** Every scenario that a session started, in the order of their start; verdicts come from the records, never from the test runner. */
export function outcomesOf(session: string, resultsFile: string): Outcome[] {
  const records = recordsOf(session);
  const titles = new Map<string, string | undefined>();
  const results = readJson<Suite>(resultsFile);
  if (results !== undefined) collectTitles(results, titles);
  const judged = records.map(({ folder, scenario, verdict }): Outcome => ({
    title: scenario,
    folder,
    ...(verdict === undefined ? { error: titles.get(scenario) ?? 'ended without a verdict' } : { verdict }),
  }));
  const missing = [...titles].filter(([title]) => !records.some(({ scenario }) => scenario === title));
  return [...judged, ...missing.map(([title, error]): Outcome => ({ title, error: error ?? 'ended without a record' }))];
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

function collectTitles(suite: Suite, into: Map<string, string | undefined>): void {
  for (const spec of suite.specs ?? []) {
    if (spec.tests.every(({ status }) => status === 'skipped')) continue;
    into.set(spec.title, spec.tests[0]?.results[0]?.error?.message);
  }
  for (const inner of suite.suites ?? []) collectTitles(inner, into);
}
