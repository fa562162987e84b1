import type { Audited, Verdict } from '../record/verdict-format.ts';
import { html, table, type Html } from './html.ts';
import { duration } from './numbers.ts';
import { plain, whole } from './text.ts';

/** A row of the audit in words. */
interface Told {
  promises: string;
  what: string;
  who: string;
  phase: string;
  calls: string;
  unseen: string;
}

/** What could have broken the promises of a run, and the largest fault that would have stayed unseen, as lines for a terminal. */
export function auditLines({ scenario, audit = [] }: Pick<Verdict, 'scenario' | 'audit'>): string {
  const rows = [HEADS, ...byPromise(audit)];
  const widths = COLUMNS.map((column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: Told): string => {
    const cells = COLUMNS.map((column, at) => (column === 'calls' ? row[column].padStart(widths[at]!) : row[column].padEnd(widths[at]!)));
    return [...cells, row.unseen].join('  ').trimEnd();
  };
  const [heads, ...lines] = rows.map(line);
  return [`what could have broken the promises of "${plain(scenario)}"`, '', heads, ...lines].join('\n');
}

/** The same as a section of a report. */
export function auditSection({ audit = [] }: Verdict): Html {
  if (audit.length === 0) return html``;
  return html`<h3>What could have broken the promises</h3>${table(byPromise(audit), [
    { head: HEADS.promises, cell: ({ promises }) => promises },
    { head: HEADS.what, cell: ({ what }) => what },
    { head: HEADS.who, cell: ({ who }) => who },
    { head: HEADS.phase, cell: ({ phase }) => phase },
    { head: HEADS.calls, cell: ({ calls }) => calls, numeric: true },
    { head: HEADS.unseen, cell: ({ unseen }) => unseen },
  ])}`;
}

/** All but the last, which needs no width. */
const COLUMNS = ['promises', 'what', 'who', 'phase', 'calls'] as const;

const HEADS: Told = {
  promises: 'promise',
  what: 'evidence',
  who: 'answered by',
  phase: 'phase',
  calls: 'calls',
  unseen: 'what would not have shown',
};

function byPromise(audit: readonly Audited[]): Told[] {
  return audit.map(told).sort((one, other) => one.promises.localeCompare(other.promises, 'en'));
}

function told(row: Audited): Told {
  return {
    promises: promises(row),
    what: WHAT[row.what](row.asked ?? ''),
    who: plain(row.per === 'kind' ? row.name : `${row.per} ${row.name}`),
    phase: row.phase,
    calls: row.of === null ? whole(row.calls) : `${whole(row.calls)} of ${whole(row.of)}`,
    unseen: unseen(row),
  };
}

/** The bound that such calls could have broken, or what every record promises besides. */
function promises({ what, asked }: Audited): string {
  if (what === 'calls') return 'availability';
  if (what === 'writes' || what === 'again') return 'lost';
  return asked === 'primary' ? 'stalePrimary' : 'staleReplica';
}

const WHAT: Record<Audited['what'], (asked: string) => string> = {
  reads: (asked) => `reads asked of the ${asked}`,
  gets: (asked) => `reads of keys asked of the ${asked}`,
  lists: (asked) => `pages of lists asked of the ${asked}`,
  again: (asked) => `writes from before the faults, asked of the ${asked}`,
  calls: () => 'calls that were due',
  writes: () => 'acknowledged writes',
};

function unseen({ what, calls, of, blindMs, unaskedMs }: Audited): string {
  if (calls === 0) return what === 'writes' ? 'no loss of its writes' : 'nothing: it was never asked';
  if (what === 'again') return calls < (of ?? 0) ? `the loss of ${whole((of ?? 0) - calls)} of them` : '';
  if (what === 'gets' || what === 'lists') return `anything for up to ${duration(unaskedMs ?? 0)}`;
  if (what === 'reads') return `a lag of up to ${duration(blindMs ?? 0)}; any lag for up to ${duration(unaskedMs ?? 0)}`;
  return what === 'calls' ? `an outage of up to ${duration(unaskedMs ?? 0)}` : '';
}
