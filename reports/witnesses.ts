import type { Finding } from '../record/verdict-format.ts';
import { html, table, type Html } from './html.ts';
import { duration } from './numbers.ts';
import { plain, whole } from './text.ts';

const MOST_SHOWN = 20;

/* Columns in the order in which one reads such a row; others follow as they come. */
const ORDER = [
  'id',
  'known',
  'due',
  'start',
  'end',
  'at',
  'op',
  'outcome',
  'found',
  'version',
  'value',
  'site',
  'pod',
  'copy',
  'role',
  'timeline',
  'epoch',
  'client',
];

/* Moments, µs since the run's zero. */
const MOMENTS = /^(?:start|end|due|at|known|acked|ack|seen|applied)$|(?:At|_at|_start|_end|Start|End)$/;

type Witness = Finding['witnesses'][number];

/** The operations and rows that show a finding, in time order, capped with "and N more". */
export function witnessTable({ count, shown, witnesses }: Finding): Html {
  if (witnesses.length === 0) return html``;
  const rows = witnesses.toSorted((a, b) => momentOf(a) - momentOf(b)).slice(0, MOST_SHOWN);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, 16);
  const rank = (name: string) => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1);
  const columns = names
    .sort((a, b) => rank(a) - rank(b))
    .map((name) => ({
      head: headOf(name),
      cell: (row: Witness) => cell(name, row[name]),
      numeric: rows.every((row) => typeof (row[name] ?? 0) === 'number'),
    }));
  // one case may need several rows: both sides of a contradiction
  const more = count - (shown ?? rows.length);
  return html`${table(rows, columns)}${more > 0 ? html`<p class="more">and ${whole(more)} more</p>` : null}`;
}

function momentOf(witness: Witness): number {
  const moments = ['start', 'at', 'appliedAt', 'due', 'known', ...Object.keys(witness).filter((name) => MOMENTS.test(name))];
  return moments.map((name) => witness[name]).find((value) => typeof value === 'number') ?? Infinity;
}

function headOf(name: string): string {
  const words = plain(name, 40)
    .replace(/(?:Ms|_ms|Us|_us)$/, '')
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return MOMENTS.test(name) ? `${words} (s)` : words;
}

function cell(name: string, value: unknown): unknown {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number' && MOMENTS.test(name)) return (value / 1e6).toFixed(6);
  if (typeof value === 'number' && /(?:Ms|_ms)$/.test(name)) return duration(value);
  if (typeof value === 'number' && /(?:Us|_us)$/.test(name)) return duration(value / 1000);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? plain(JSON.stringify(value), 160) : plain(value, 160);
}
