import type { Verdict } from '../record/verdict-format.ts';
import { html, table, type Html } from './html.ts';
import { byPhase } from './measured.ts';
import { percent } from './numbers.ts';
import { whole } from './text.ts';

type Entry = { acknowledged: number; refutable: number; share: number | null };

/** How much of what was acknowledged the reads could have refuted: in all, and by phase and copy where the verdict says. */
export function coverageTable(coverage: Verdict['coverage']): Html {
  const rows: [string, Entry][] = [['all', coverage], ...parts('phase', coverage['byPhase']), ...parts('copy', coverage['byCopy'])];
  if (coverage.acknowledged === 0) return html`<p>No write was acknowledged.</p>`;
  return table(rows, [
    { head: '', cell: ([name]) => name },
    { head: 'acknowledged', cell: ([, { acknowledged }]) => whole(acknowledged), numeric: true },
    { head: 'refutable', cell: ([, { refutable }]) => whole(refutable), numeric: true },
    { head: 'share', cell: ([, { share }]) => percent(share), numeric: true },
  ]);
}

function parts(what: string, value: unknown): [string, Entry][] {
  if (typeof value !== 'object' || value === null) return [];
  return byPhase(Object.entries(value as Record<string, Partial<Entry>>)).map(([name, entry]) => [
    `${what} ${name}`,
    { acknowledged: Number(entry.acknowledged ?? 0), refutable: Number(entry.refutable ?? 0), share: entry.share ?? null },
  ]);
}
