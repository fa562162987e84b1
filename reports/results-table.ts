import type { Verdict } from '../record/verdict-format.ts';
import { countOf, longestOutageMs, stalenessIsKnown, staleReads, wordOf } from './measured.ts';
import { duration, percent } from './numbers.ts';
import { byLength, lengthCell, quantile, slowestRecovery } from './repeats.ts';
import { counted, plain, whole } from './text.ts';

/** One run of a scenario: its verdict, or why there is none, or why it was skipped. */
export interface Result {
  pattern: string;
  scenario: string;
  verdict?: Verdict | undefined;
  error?: string | undefined;
  /** why it was not to run */
  skipped?: string | undefined;
}

type Runs = readonly [Result, ...Result[]];
type Column = { head: string; cell: (judged: readonly Verdict[]) => string };

const LEGEND =
  'RTO: the slowest recovery of a run, the middle of the runs and the slowest of them; stale: reads asked of the primary / of a replica; unknown: writes without an answer.';
const WORST = 'Of several runs: the least availability, the longest outage, the most lost, stale and unknown.';

/** Results as Markdown: a row for each scenario, over all its runs; what did not hold is told below. */
export function resultsTable(results: readonly Result[]): string {
  if (results.length === 0) return 'No scenario ran.';
  const patterns = [...Map.groupBy(results, ({ pattern }) => pattern)];
  const tables = patterns.map(([pattern, own]) =>
    [...(patterns.length > 1 ? [`### ${plain(pattern)} pattern`, ''] : []), ...table(own)].join('\n'),
  );
  const repeated = scenariosOf(results).some((runs) => runs.length > 1);
  const bad = results.filter(({ verdict }) => verdict?.held !== true);
  return [
    ...tables,
    repeated ? `${LEGEND} ${WORST}` : LEGEND,
    counts(results),
    ...(bad.length === 0 ? [] : [bad.map((result) => `- ${cellText(result.scenario)}: ${cellText(reasonOf(result))}`).join('\n')]),
  ].join('\n\n');
}

function table(results: readonly Result[]): string[] {
  const scenarios = scenariosOf(results);
  const withRuns = scenarios.some((runs) => runs.length > 1);
  const heads = ['scenario', ...(withRuns ? ['runs'] : []), 'verdict', ...COLUMNS.map(({ head }) => head)];
  const rows = scenarios.map((runs) => {
    const judged = runs.flatMap(({ verdict }) => verdict ?? []);
    const figures = COLUMNS.map(({ cell }) => (judged.length === 0 ? '–' : cell(judged)));
    return [cellText(runs[0].scenario), ...(withRuns ? [String(runs.length)] : []), verdictCell(runs), ...figures];
  });
  const rules = heads.map((head) => (['scenario', 'verdict'].includes(head) ? '---' : '---:'));
  return [heads, rules, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

const COLUMNS: readonly Column[] = [
  { head: 'availability', cell: (judged) => percent(least(judged.flatMap(({ availability }) => availability.event ?? []))) },
  {
    head: 'longest outage',
    cell: (judged) => {
      const measured = judged.filter(({ availability }) => availability.offered > 0);
      return measured.length === 0 ? '–' : duration(most(measured.map(longestOutageMs)));
    },
  },
  { head: 'RTO p50', cell: (judged) => recoveryCell(judged, 0.5) },
  { head: 'RTO max', cell: (judged) => recoveryCell(judged, 1) },
  {
    head: 'lost',
    cell: (judged) => {
      const lost = most(judged.map((verdict) => countOf(verdict, 'lost')));
      return lost === 0 && judged.some(({ verdict }) => verdict === 'inconclusive') ? '?' : whole(lost);
    },
  },
  {
    head: 'stale',
    cell: (judged) => {
      const known = judged.filter(stalenessIsKnown).map(staleReads);
      if (known.length === 0) return '–';
      return `${whole(most(known.map(({ primary }) => primary)))} / ${whole(most(known.map(({ replica }) => replica)))}`;
    },
  },
  { head: 'unknown', cell: (judged) => whole(most(judged.map(({ writes }) => writes.unknown))) },
];

function recoveryCell(judged: readonly Verdict[], share: number): string {
  const lengths = judged.flatMap((verdict) => slowestRecovery(verdict) ?? []).sort(byLength);
  return lengths.length === 0 ? '–' : lengthCell(quantile(lengths, share));
}

function verdictCell(runs: Runs): string {
  const words = [...Map.groupBy(runs, cellWord)];
  if (words.length === 1) return words[0]![0];
  return words.map(([word, those]) => `${those.length} × ${word}`).join(', ');
}

function cellWord({ verdict, skipped }: Result): string {
  if (skipped !== undefined) return 'skipped';
  if (verdict === undefined) return '**no verdict**';
  return verdict.held ? wordOf(verdict) : `**${wordOf(verdict)}**`;
}

function reasonOf({ verdict, error, skipped }: Result): string {
  if (skipped !== undefined) return `skipped: ${skipped}`;
  if (verdict === undefined) return `ended without a verdict: ${error ?? 'its record has none'}`;
  const control = verdict.expect === undefined ? '' : `expected to be flagged as "${verdict.expect}"; verdict `;
  return `${control}${verdict.verdict}: ${verdict.reasons[0] ?? 'no reason was given'}`;
}

function counts(results: readonly Result[]): string {
  const words = [...Map.groupBy(results, cellWord)].map(([word, those]) => `${those.length} ${word}`);
  const scenarios = counted(scenariosOf(results).length, 'scenario');
  return `${scenarios}, ${counted(results.length, 'run')}: ${words.join(', ')}.`;
}

function scenariosOf(results: readonly Result[]): Runs[] {
  return [...Map.groupBy(results, ({ pattern, scenario }) => `${pattern}\0${scenario}`).values()] as unknown as Runs[];
}

/** Text that stays in its cell, and is nothing but text there. */
function cellText(text: string): string {
  return plain(text)
    .replace(/[\\|`[\]]/gu, '\\$&')
    .replaceAll('<', '&lt;');
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values);
}

function most(values: readonly number[]): number {
  return Math.max(0, ...values);
}
