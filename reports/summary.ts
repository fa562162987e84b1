import { styleText } from 'node:util';
import type { Verdict } from '../record/verdict-format.ts';
import { countOf, longestOutageMs, recoveryMs, stalenessIsKnown, staleReads, wordOf, type VerdictWord } from './measured.ts';
import { duration, percent } from './numbers.ts';
import { plain, whole } from './text.ts';
import { wrapped } from './wrap.ts';

const WIDTH = 110;
const GAP = '  ';
const LEGEND = 'stale p/r: reads asked of the primary / of a replica; unknown: writes (present/absent at the end)';

type Paint = (text: string, style: 'green' | 'red' | 'yellow' | 'bold' | 'dim') => string;
type Column = { head: string; cell: (verdict: Verdict) => string; left?: boolean };

/** The table to read after several scenarios: at most `width` columns, colour only when asked for; the last line counts. */
export function summaryTable(
  verdicts: readonly Verdict[],
  { colour = false, width = WIDTH }: { colour?: boolean; width?: number } = {},
): string {
  if (verdicts.length === 0) return 'No scenario was judged.';
  const paint: Paint = (text, style) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const cells = verdicts.map((verdict) => COLUMNS.map(({ cell }) => cell(verdict)));
  const widths = COLUMNS.map(({ head }, at) => Math.max(head.length, ...cells.map((row) => row[at]!.length)));
  const others = widths.reduce((sum, each) => sum + each + GAP.length, 0);
  const longest = verdicts.reduce((most, { scenario }) => Math.max(most, plain(scenario).length), 'scenario'.length);
  const first = Math.max(20, Math.min(longest, width - others));
  const aligned = (row: readonly string[]) =>
    row.map((text, at) => (COLUMNS[at]!.left ? text.padEnd(widths[at]!) : text.padStart(widths[at]!)));
  const heads = ['scenario'.padEnd(first), ...aligned(COLUMNS.map(({ head }) => head))].join(GAP).trimEnd();
  const lines = verdicts.flatMap((verdict, at) => {
    const [name = '', ...rest] = wrapped(plain(verdict.scenario), first);
    const [word = '', ...figures] = aligned(cells[at]!);
    return [
      [name.padEnd(first), paint(word, toneOf(verdict)), ...figures].join(GAP).trimEnd(),
      ...rest.map((line) => `  ${line}`.trimEnd()),
      ...reason(verdict, width).map((line) => paint(line, 'dim')),
    ];
  });
  const rule = paint('─'.repeat(Math.min(width, heads.length)), 'dim');
  return [paint(heads, 'bold'), rule, ...lines, rule, paint(LEGEND, 'dim'), counts(verdicts)].join('\n');
}

const COLUMNS: readonly Column[] = [
  { head: 'verdict', cell: wordOf, left: true },
  { head: 'available', cell: ({ availability }) => percent(availability.event) },
  { head: 'outage', cell: (verdict) => (verdict.availability.offered === 0 ? '–' : duration(longestOutageMs(verdict))) },
  { head: 'RTO', cell: recoveryCell },
  {
    head: 'lost',
    cell: (verdict) => (verdict.verdict === 'inconclusive' && countOf(verdict, 'lost') === 0 ? '?' : whole(countOf(verdict, 'lost'))),
  },
  { head: 'stale p/r', cell: staleCell },
  { head: 'unknown', cell: unknownCell },
];

function toneOf({ verdict, expect, held }: Verdict): 'green' | 'red' | 'yellow' {
  if (held) return 'green';
  return expect === undefined && verdict === 'inconclusive' ? 'yellow' : 'red';
}

function recoveryCell(verdict: Verdict): string {
  const ms = recoveryMs(verdict);
  return ms === undefined ? '–' : ms === null ? 'never' : duration(ms);
}

function staleCell(verdict: Verdict): string {
  const { primary, replica } = staleReads(verdict);
  if (!stalenessIsKnown(verdict)) return '–';
  return `${whole(primary)}/${whole(replica)}`;
}

function unknownCell({ writes: { unknown, recovered, vanished } }: Verdict): string {
  if (unknown === 0) return '0';
  return `${whole(unknown)} (${recovered + vanished === 0 ? '?' : `${whole(recovered)}/${whole(vanished)}`})`;
}

/* Only what needs a reader's attention is explained; the rest is in the reports. */
function reason(verdict: Verdict, width: number): string[] {
  if (verdict.held) return [];
  const control = verdict.expect === undefined ? '' : `expected to be flagged as "${plain(verdict.expect)}"; verdict ${verdict.verdict}: `;
  const words = `${control}${plain(verdict.reasons[0] ?? 'no reason was given')}`;
  const [first = '', ...rest] = wrapped(words, width - 4);
  return [`  ↳ ${first}`, ...rest.map((line) => `    ${line}`)];
}

/* What a count is called, by the word of its verdicts, in the order in which it is told. */
const COUNTED: Readonly<Record<VerdictWord, string>> = {
  pass: 'passed',
  flagged: 'flagged as expected',
  caught: 'caught',
  FAIL: 'failed',
  'NOT FLAGGED': 'not flagged as expected',
  'NOT CAUGHT': 'not caught',
  inconclusive: 'inconclusive',
};

function counts(verdicts: readonly Verdict[]): string {
  const words = verdicts.map(wordOf);
  const parts = Object.entries(COUNTED).map(([word, called]) => [words.filter((other) => other === word).length, called] as const);
  const told = parts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return `${verdicts.length} ${verdicts.length === 1 ? 'scenario' : 'scenarios'}${told.length > 0 ? `: ${told.join(', ')}` : ''}`;
}
