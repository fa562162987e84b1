import type { Staleness, Verdict } from '../record/verdict-format.ts';
import { auditSection } from './audit.ts';
import { coverageTable } from './coverage.ts';
import { html, table, type Html } from './html.ts';
import { byPhase, sharesByPhase } from './measured.ts';
import { duration, percent, portion, secondsBare } from './numbers.ts';
import { counted, whole } from './text.ts';

const MOST_OUTAGES = 15;

/** All figures of the verdict as tables: availability and latency, outages, silences, recovery, writes in flight, staleness, coverage, writes, shares, the machine. */
export function figuresSection(verdict: Verdict): Html {
  return html`<section id="figures"><h2>Figures</h2>
<h3>Availability</h3>${availability(verdict)}
<h3>Latency of answered calls</h3>${latency(verdict)}
<h3>New connections</h3>${connects(verdict)}
<h3>Outage windows</h3>${outages(verdict)}
<h3>Longest silences</h3>${silences(verdict)}
<h3>Recovery</h3>${recovery(verdict)}
<h3>Writes in flight at each fault</h3>${inFlight(verdict)}
<h3>Staleness of replica reads</h3>${staleness(verdict)}
<h3>Coverage: acknowledged writes that a read could have refuted</h3>${coverageTable(verdict.coverage)}
${auditSection(verdict)}
<div class="pair"><div><h3>Writes by fate</h3>${writes(verdict)}</div><div><h3>Answers by site</h3>${shares(verdict)}</div></div>
${machine(verdict)}
</section>`;
}

type Tally = Verdict['availability']['byKind']['add'];

function availability({ availability: all }: Verdict): Html {
  const rows: [string, NonNullable<Tally>][] = [
    ['all', all],
    ...Object.entries(all.byKind).map(([kind, tally]): [string, NonNullable<Tally>] => [`kind ${kind}`, tally]),
    ...byPhase(Object.entries(all.byPhase)).map(([phase, tally]): [string, NonNullable<Tally>] => [`phase ${phase}`, tally]),
  ];
  const count = (head: string, field: 'offered' | 'ok' | 'failed' | 'unknown' | 'dropped' | 'accepted' | 'late') => ({
    head,
    cell: ([, tally]: (typeof rows)[number]) => whole(tally[field] ?? 0),
    numeric: true,
  });
  return table(rows, [
    { head: '', cell: ([name]) => name },
    count('offered', 'offered'),
    count('ok', 'ok'),
    count('failed', 'failed'),
    count('unknown', 'unknown'),
    count('dropped', 'dropped'),
    count('too late', 'late'),
    count('202', 'accepted'),
    { head: 'ok / offered', cell: ([, tally]) => percent(tally.event), numeric: true },
    { head: 'good time', cell: ([, tally]) => percent(tally.time), numeric: true },
  ]);
}

function latency({ availability: all }: Verdict): Html {
  const phases = byPhase(Object.entries(all.byPhase)).map(([phase, tally]) => [`phase ${phase}`, tally.latency] as const);
  const rows = [['all', all.latency] as const, ...phases];
  const time = (field: 'p50' | 'p95' | 'p99' | 'max') => ({
    head: field,
    cell: ([, found]: (typeof rows)[number]) => duration(found?.[field]),
    numeric: true,
  });
  return table(rows, [{ head: '', cell: ([name]) => name }, time('p50'), time('p95'), time('p99'), time('max')]);
}

function connects({ connects: rows = [] }: Verdict): Html {
  if (rows.length === 0) return html`<p>No call says that it opened one.</p>`;
  type Opened = (typeof rows)[number];
  const time = (head: string, field: 'p50Ms' | 'p99Ms' | 'maxMs') => ({
    head,
    cell: (row: Opened) => duration(row[field]),
    numeric: true,
  });
  return html`${table(rows, [
    { head: '', cell: ({ phase }) => (phase === 'warm-up' ? phase : `phase ${phase}`) },
    { head: 'answered by', cell: ({ site }) => (site === null ? 'all' : `site ${site}`) },
    { head: 'opened', cell: ({ made }) => whole(made), numeric: true },
    { head: 'refused', cell: ({ site, refused }) => (site === null ? whole(refused) : ''), numeric: true },
    time('p50', 'p50Ms'),
    time('p99', 'p99Ms'),
    time('max', 'maxMs'),
  ])}<p class="muted">How long it took to open them. Refused: calls that got no connection to the service, and were never sent.</p>`;
}

function outages({ availability: { outages: windows } }: Verdict): Html {
  if (windows.length === 0) return html`<p>None: no stretch was bad.</p>`;
  const longest = windows.toSorted((a, b) => b.end - b.start - (a.end - a.start)).slice(0, MOST_OUTAGES);
  const shown = longest.toSorted((a, b) => Number(a.kind === 'all') - Number(b.kind === 'all') || a.start - b.start);
  const more = windows.length - shown.length;
  return html`${table(shown, [
    { head: 'kind', cell: ({ kind }) => kind },
    { head: 'from (s)', cell: ({ start }) => secondsBare(start), numeric: true },
    { head: 'to (s)', cell: ({ end }) => secondsBare(end), numeric: true },
    { head: 'length', cell: ({ start, end }) => duration((end - start) / 1000), numeric: true },
    { head: '', cell: ({ censored }) => (censored ? 'touches the edge of what was measured: may have been longer' : '') },
  ])}${more > 0 ? html`<p class="more">and ${counted(more, 'shorter one')} more</p>` : null}`;
}

function silences({ availability: { silences: rows = [] } }: Verdict): Html {
  if (rows.length === 0) return html`<p>None: every call was answered within 100 ms.</p>`;
  return html`${table(rows, [
    { head: '', cell: ({ who, name }) => `${who} ${name}` },
    { head: 'from (s)', cell: ({ start }) => secondsBare(start), numeric: true },
    { head: 'to (s)', cell: ({ end }) => secondsBare(end), numeric: true },
    { head: 'length', cell: ({ start, end }) => duration((end - start) / 1000), numeric: true },
    { head: '', cell: ({ censored }) => (censored ? 'until the end of what was measured: may have been longer' : '') },
  ])}<p class="muted">How long one client got no answer to what it asked, and one pod or site gave none while it was asked.</p>`;
}

function recovery({ recovery: rows }: Verdict): Html {
  if (rows.length === 0) return html`<p>No fault to recover from.</p>`;
  type Row = (typeof rows)[number];
  const least = (row: Row) => (typeof row['unstableMs'] === 'number' ? `not after ${duration(row['unstableMs'])}` : 'not reached');
  const step = (head: string, field: 'provenMs' | 'firstReactionMs' | 'firstSuccessMs' | 'stableMs' | 'redundantMs') => ({
    head,
    cell: (row: Row) => (row[field] === null ? (field === 'stableMs' ? least(row) : 'not reached') : duration(row[field])),
    numeric: true,
  });
  return html`${table(rows, [
    { head: 'fault', cell: ({ fault, target }) => `${fault} on ${target}` },
    { head: 'applied (s)', cell: ({ appliedAt }) => secondsBare(appliedAt), numeric: true },
    step('proven', 'provenMs'),
    step('first reaction', 'firstReactionMs'),
    step('first success', 'firstSuccessMs'),
    step('stable (RTO)', 'stableMs'),
    step('redundant', 'redundantMs'),
  ])}<p class="muted">Times run from the moment the fault was applied, or from the first failure if that came earlier. Stable: the start of the first 5 s without a bad slice. Redundant: from then on, for 5 s, one copy may write, all others are on its timeline and close behind it, and all backends are UP. Looks without an answer tell nothing.</p>`;
}

function inFlight({ inFlight: rows = [] }: Verdict): Html {
  if (rows.length === 0) return html`<p>No fault was applied.</p>`;
  type Row = (typeof rows)[number];
  const count = (head: string, field: 'writes' | 'acknowledged' | 'accepted' | 'failed' | 'unknown') => ({
    head,
    cell: (row: Row) => whole(row[field]),
    numeric: true,
  });
  return html`${table(rows, [
    { head: 'fault', cell: ({ fault, target }) => `${fault} on ${target}` },
    { head: 'began (s)', cell: ({ at }) => secondsBare(at), numeric: true },
    count('in flight', 'writes'),
    count('acknowledged later', 'acknowledged'),
    count('202', 'accepted'),
    count('failed', 'failed'),
    count('no answer', 'unknown'),
    {
      head: 'not acknowledged, there at the end',
      cell: ({ survived }) => (survived === null ? 'not known' : whole(survived)),
      numeric: true,
    },
  ])}<p class="muted">Attempts to write that had begun and had no answer when the fault began to be applied.</p>`;
}

function staleness({ staleness: byCopy }: Verdict): Html {
  const rows = Object.entries(byCopy).flatMap(([copy, all]): [string, Staleness & { restarting?: number }][] => [
    [copy, all],
    ...byPhase(Object.entries(all.byPhase ?? {})).map(([phase, part]): [string, Staleness] => [`${copy}, known ${phase}`, part]),
  ]);
  if (rows.length === 0) return html`<p>No replica read was measured.</p>`;
  type Field = 'p50' | 'p99' | 'max';
  const upper = (row: Staleness, field: Field) => row[({ p50: 'upperP50Ms', p99: 'upperP99Ms', max: 'upperMaxMs' } as const)[field]];
  const span = (row: Staleness, field: Field) => {
    const [from, to] = [duration(row[`${field}Ms`]), upper(row, field)];
    return to === undefined ? from : to === null ? `${from} or more` : `${from} to ${duration(to)}`;
  };
  const time = (field: Field) => ({ head: field, cell: ([, row]: (typeof rows)[number]) => span(row, field), numeric: true });
  return html`${table(rows, [
    { head: 'copy', cell: ([name]) => name },
    { head: 'pairs of write and copy', cell: ([, { pairs }]) => whole(pairs), numeric: true },
    { head: 'stale', cell: ([, { stale }]) => whole(stale), numeric: true },
    { head: 'share', cell: ([, row]) => percent(row.share, 3), numeric: true },
    time('p50'),
    time('p99'),
    time('max'),
    { head: 'never seen again', cell: ([, { censored }]) => (censored === undefined ? '–' : whole(censored)), numeric: true },
    { head: 'reads while restarting', cell: ([, { restarting }]) => (restarting === undefined ? '' : whole(restarting)), numeric: true },
  ])}<p class="muted">From the last read that missed a write to the first one after it that saw it, since the write was known.</p>`;
}

function ofTransactions({ transactions }: Verdict['writes']): [string, number][] {
  if (transactions === undefined) return [];
  return [
    ['… of these committed, as the database says', transactions.committed],
    ['… of these rolled back, as the database says', transactions.rolledBack],
    ['… of these with no transaction that it can tell of', transactions.untold],
  ];
}

function ofStages({ stages = [] }: Verdict['writes']): [string, number][] {
  return stages.map(({ outcome, stage, attempts }) => [
    `attempts ${outcome} ${stage === null ? 'at a stage that nobody told' : `at stage "${stage}"`}`,
    attempts,
  ]);
}

function writes({ writes: fates }: Verdict): Html {
  const rows: [string, number][] = [
    ['acknowledged', fates.acknowledged],
    ['accepted, not confirmed as replicated (202)', fates.accepted],
    ...(fates.acceptedVanished === undefined ? [] : [['… of these absent at the end', fates.acceptedVanished] as [string, number]]),
    ['failed: certainly did not happen', fates.failed],
    ['unknown: may have happened', fates.unknown],
    ['… of these present at the end', fates.recovered],
    ['… of these absent at the end', fates.vanished],
    ...ofTransactions(fates),
  ];
  const { puts } = fates;
  const ofPuts: [string, number][] =
    puts === undefined
      ? []
      : [
          ['puts acknowledged', puts.acknowledged],
          ['puts accepted, not confirmed as replicated', puts.accepted],
          ['puts failed', puts.failed],
          ['puts unknown', puts.unknown],
          ['… of these present at the end', puts.recovered],
          ['… of these absent at the end', puts.vanished],
          ['… of these below a later version', puts.overwritten],
        ];
  return table(
    [...rows, ...ofPuts, ...ofStages(fates)],
    [
      { head: 'fate', cell: ([name]) => name },
      { head: 'writes', cell: ([, count]) => whole(count), numeric: true },
    ],
  );
}

function shares(verdict: Verdict): Html {
  const phases = byPhase(Object.entries(sharesByPhase(verdict)));
  const sites = [...new Set(phases.flatMap(([, bySite]) => Object.keys(bySite)))].sort();
  if (sites.length === 0) return html`<p>No answer named its site.</p>`;
  return table(phases, [
    { head: 'phase', cell: ([name]) => name },
    ...sites.map((site) => ({
      head: `site ${site}`,
      cell: ([, bySite]: (typeof phases)[number]) => portion(bySite[site] ?? 0),
      numeric: true,
    })),
  ]);
}

function machine({ machine: phases }: Verdict): Html | null {
  const rows = byPhase(Object.entries(phases ?? {}));
  if (rows.length === 0) return null;
  type Row = (typeof rows)[number];
  return html`<h3>The machine that all of this ran on</h3>${table(rows, [
    { head: '', cell: ([phase]: Row) => `phase ${phase}` },
    { head: 'watched', cell: ([, { seconds }]: Row) => duration(seconds * 1000), numeric: true },
    { head: 'processors idle', cell: ([, { idle }]: Row) => percent(idle, 0), numeric: true },
    { head: 'with less than 5 % idle', cell: ([, { busySeconds }]: Row) => duration(busySeconds * 1000), numeric: true },
  ])}`;
}
