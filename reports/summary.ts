import { styleText } from 'node:util';
import type { Verdict } from '../record/verdict-format.ts';
import { countOf, isNote, longestOutageMs, recoveryMs, stalenessIsKnown, staleReads, wordOf, type VerdictWord } from './measured.ts';
import { duration, percent } from './numbers.ts';
import { plain, whole } from './text.ts';
import { wrapped } from './wrap.ts';

const WIDTH = 110;
const GAP = '  ';
const LEGEND = 'stale p/r: reads asked of the primary / of a replica; unknown: writes (present/absent at the end)';

type Tone = 'green' | 'red' | 'yellow' | 'dim';
type Paint = (text: string, style: Tone | 'bold') => string;
type Column = { head: string; cell: (verdict: Verdict) => string; left?: boolean };
type Row = { scenario: string; cells: readonly string[]; tone: Tone; reason?: string; notes?: readonly string[] };

/** A scenario that was not to run, and why. */
export interface Skipped {
  scenario: string;
  reason: string;
}

interface SummaryOptions {
  skipped?: readonly Skipped[];
  colour?: boolean;
  width?: number;
}

/** The table to read after several scenarios: at most `width` columns, colour only when asked for; the last line counts. */
export function summaryTable(verdicts: readonly Verdict[], { skipped = [], colour = false, width = WIDTH }: SummaryOptions = {}): string {
  if (verdicts.length + skipped.length === 0) return 'No scenario was judged.';
  const paint: Paint = (text, style) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const rows = [...verdicts.map(judgedRow), ...skipped.map(skippedRow)];
  const widths = COLUMNS.map(({ head }, at) => Math.max(head.length, ...rows.map(({ cells }) => cells[at]!.length)));
  const others = widths.reduce((sum, each) => sum + each + GAP.length, 0);
  const longest = rows.reduce((most, { scenario }) => Math.max(most, plain(scenario).length), 'scenario'.length);
  const first = Math.max(20, Math.min(longest, width - others));
  const aligned = (row: readonly string[]) =>
    row.map((text, at) => (COLUMNS[at]!.left ? text.padEnd(widths[at]!) : text.padStart(widths[at]!)));
  const heads = ['scenario'.padEnd(first), ...aligned(COLUMNS.map(({ head }) => head))].join(GAP).trimEnd();
  const lines = rows.flatMap(({ scenario, cells, tone, reason, notes = [] }) => {
    const [name = '', ...rest] = wrapped(plain(scenario), first);
    const [word = '', ...figures] = aligned(cells);
    return [
      [name.padEnd(first), paint(word, tone), ...figures].join(GAP).trimEnd(),
      ...rest.map((line) => `  ${line}`.trimEnd()),
      ...[...(reason === undefined ? [] : reasonLines(reason, width)), ...notes.flatMap((note) => noteLines(note, width))].map((line) =>
        paint(line, 'dim'),
      ),
    ];
  });
  const rule = paint('─'.repeat(Math.min(width, heads.length)), 'dim');
  return [paint(heads, 'bold'), rule, ...lines, rule, paint(LEGEND, 'dim'), counts(verdicts, skipped.length)].join('\n');
}

function judgedRow(verdict: Verdict): Row {
  return {
    scenario: verdict.scenario,
    cells: COLUMNS.map(({ cell }) => cell(verdict)),
    tone: toneOf(verdict),
    // only what needs a reader's attention is explained; the rest is in the reports
    ...(verdict.held ? {} : { reason: reasonOf(verdict) }),
    notes: verdict.reasons.filter(isNote),
  };
}

function skippedRow({ scenario, reason }: Skipped): Row {
  return { scenario, cells: COLUMNS.map((_, at) => (at === 0 ? 'skipped' : '–')), tone: 'dim', reason };
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

function reasonOf({ expect, verdict, reasons }: Verdict): string {
  const control = expect === undefined ? '' : `expected to be flagged as "${expect}"; verdict ${verdict}: `;
  return `${control}${reasons[0] ?? 'no reason was given'}`;
}

function reasonLines(reason: string, width: number): string[] {
  const [first = '', ...rest] = wrapped(plain(reason), width - 4);
  return [`  ↳ ${first}`, ...rest.map((line) => `    ${line}`)];
}

/* What a reader must know of a verdict that held, too. */
function noteLines(note: string, width: number): string[] {
  return wrapped(plain(note), width - 4).map((line, at) => `${at === 0 ? '  · ' : '    '}${line}`);
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

function counts(verdicts: readonly Verdict[], skipped: number): string {
  const words = verdicts.map(wordOf);
  const judged = Object.entries(COUNTED).map(([word, called]) => [words.filter((other) => other === word).length, called] as const);
  const told = [...judged, [skipped, 'skipped'] as const].filter(([count]) => count > 0).map(([count, called]) => `${count} ${called}`);
  const all = verdicts.length + skipped;
  return `${all} ${all === 1 ? 'scenario' : 'scenarios'}${told.length > 0 ? `: ${told.join(', ')}` : ''}`;
}
