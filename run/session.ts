import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isExplained } from '../record/explained.ts';
import type { Verdict } from '../record/verdict-format.ts';
import { EXIT } from '../support/errors.ts';
import { readJson } from '../support/files.ts';
import { runsDir } from '../support/paths.ts';
import { runnerWords, type RunnerWord } from './runner-words.ts';

/** One scenario of a session: what the runner says of it, and its verdict if it came to one. */
export interface Outcome {
  title: string;
  folder?: string;
  verdict?: Verdict;
  /** how the test ended when there is no verdict */
  error?: string;
  /** why it was not to run, when it was skipped, or is marked fixme */
  skipped?: string;
  /** file of the scenario within scenarios/ */
  file?: string;
  /** how long the test took, the way to the reference state included */
  seconds?: number;
}

/** Every scenario that a session started, in the order of their start, then what has no record; verdicts come from the records. The test runner's word adds what has no record, what was skipped, and tests that failed though their record holds: it never makes anything pass. */
export function outcomesOf(session: string, resultsFile: string): Outcome[] {
  const byTitle = Map.groupBy(runnerWords(resultsFile), ({ title }) => title);
  const recorded = recordsOf(session).map((record) => recordedOutcome(record, byTitle.get(record.scenario) ?? []));
  const folders = new Set(recorded.map(({ folder }) => folder));
  const unrecorded = [...byTitle.values()].flatMap((words): Outcome[] => {
    const skipped = words.filter(({ skipped: why, record }) => why !== undefined && !folders.has(record));
    const run = words.filter(({ skipped: why }) => why === undefined);
    const judged = recorded.filter(({ title, skipped: why }) => title === words[0]?.title && why === undefined);
    return [...skipped.map(skippedOutcome), ...unexplained(run, judged)];
  });
  return [...recorded, ...unrecorded];
}

interface Recorded {
  folder: string;
  scenario: string;
  verdict: Verdict | undefined;
}

function recordedOutcome({ folder, scenario, verdict }: Recorded, words: readonly RunnerWord[]): Outcome {
  const own = words.find(({ record }) => record === folder);
  const about = { title: scenario, folder, ...placeOf(words[0]), ...(own?.seconds === undefined ? {} : { seconds: own.seconds }) };
  if (verdict !== undefined) return { ...about, verdict };
  // what was skipped before it came to a verdict
  if (own?.skipped !== undefined) return { ...about, skipped: own.skipped };
  const error = own?.error ?? words.find((word) => word.error !== undefined)?.error;
  return { ...about, error: error ?? 'ended without a verdict' };
}

/** Runs of one scenario that its records do not account for: those without one, and those that failed though their record holds. */
function unexplained(run: readonly RunnerWord[], judged: readonly Outcome[]): Outcome[] {
  const [first] = run;
  if (first === undefined) return [];
  const about = { title: first.title, ...placeOf(first) };
  const error = run.findLast((word) => word.error !== undefined)?.error;
  const missing = Math.max(0, run.length - judged.length);
  // what else a scenario expects may break too where a mistake was made on purpose
  const explained = missing + judged.filter(({ verdict }) => verdict?.held !== true || verdict.sabotage !== undefined).length;
  const failed = Math.max(0, run.filter((word) => word.failed).length - explained);
  return [
    ...Array.from({ length: missing }, () => ({ ...about, error: error ?? 'ended without a record' })),
    ...Array.from({ length: failed }, () => ({ ...about, error: `its record holds, but the test failed: ${error}` })),
  ];
}

function skippedOutcome(word: RunnerWord): Outcome {
  return { title: word.title, ...placeOf(word), skipped: word.skipped };
}

function placeOf(word: RunnerWord | undefined): { file?: string } {
  return word?.file === undefined ? {} : { file: word.file };
}

/** Whether the machine had too little time left for a scenario to be judged. What is lost or wrong is so on any machine, unless it is what a control is about. */
export function isUnjudged({ verdict }: Outcome): boolean {
  if (verdict?.overload === undefined || verdict.held) return false;
  const { findings, expect } = verdict;
  const broken = findings.filter((finding) => finding.breaks && !isExplained(finding, findings));
  return broken.every((finding) => finding.class === expect);
}

/** The exit code of several scenarios: 3 before 1 before 2. What was skipped counts, as 2, where it was `named`; if nothing ran at all, that is 2 too. */
export function exitCodeOf(outcomes: readonly Outcome[], { named = false }: { named?: boolean } = {}): number {
  const codes = outcomes.filter(({ skipped }) => named || skipped === undefined).map(codeOf);
  if (codes.length === 0) return EXIT.inconclusive;
  return [EXIT.unhealed, EXIT.broken, EXIT.inconclusive].find((code) => codes.includes(code)) ?? EXIT.pass;
}

/** The exit code of one scenario by itself. */
export function codeOf({ verdict, error }: Outcome): number {
  if (verdict === undefined) return error?.includes('could not be healed') === true ? EXIT.unhealed : EXIT.inconclusive;
  if (verdict.held) return EXIT.pass;
  return verdict.verdict === 'fail' || verdict.expect !== undefined ? EXIT.broken : EXIT.inconclusive;
}

function recordsOf(session: string): Recorded[] {
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
