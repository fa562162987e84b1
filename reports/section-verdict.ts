import { ACKS_WITHIN } from '../record/format.ts';
import type { Verdict } from '../record/verdict-format.ts';
import { html, table, type Html } from './html.ts';
import { isNote, longestOutageMs, lossIsKnown, countOf, recoveryMs, stalenessIsKnown, staleReads } from './measured.ts';
import { duration, percent } from './numbers.ts';
import { floorsOf } from './floors.ts';
import { promisesOf, type Promised } from './promises.ts';
import type { RunData } from './run-data.ts';
import { whole } from './text.ts';

/** The judgement first: banner, reasons, key figures, and what was promised beside what was measured. */
export function verdictSection(data: RunData): Html {
  const { verdict, run, notes } = data;
  const lacks = [...run.troubles, ...notes];
  return html`${banner(verdict)}
${lacks.length > 0 ? html`<div class="lacks"><h3>Troubles of this run and its record</h3><ul>${lacks.map((lack) => html`<li>${lack}</li>`)}</ul></div>` : null}
${verdict === undefined ? null : tiles(data, verdict)}
${verdict === undefined ? null : html`<section id="promises"><h2>Promised and measured</h2>${promiseTable(promisesOf(data))}${floors(data)}</section>`}`;
}

/** Word and tone of a verdict: what a reader must see first. */
export function headline(verdict: Verdict | undefined): { word: string; tone: 'good' | 'bad' | 'warn'; aside: string } {
  if (verdict === undefined) return { word: 'Not judged', tone: 'warn', aside: 'the record holds no verdict yet' };
  const { expect, held, sabotage } = verdict;
  if (expect !== undefined && sabotage !== undefined) {
    const aside = `under the deliberate mistake “${sabotage}”, which must be found as “${expect}”; verdict ${verdict.verdict}`;
    return held ? { word: 'Caught, as it must', tone: 'good', aside } : { word: 'Not caught', tone: 'bad', aside };
  }
  if (expect !== undefined && held)
    return { word: 'Flagged, as it must', tone: 'good', aside: `a control: it is built to show “${expect}”; verdict ${verdict.verdict}` };
  if (expect !== undefined)
    return {
      word: 'Control not flagged',
      tone: 'bad',
      aside: `a control: it is built to show “${expect}” and nothing else that breaks, with nothing in doubt; verdict ${verdict.verdict}`,
    };
  if (verdict.verdict === 'pass') return { word: 'Pass', tone: 'good', aside: 'every promise was kept' };
  if (verdict.verdict === 'fail') return { word: 'Fail', tone: 'bad', aside: 'a promise was broken' };
  return { word: 'Inconclusive', tone: 'warn', aside: 'too little evidence for either verdict; this fails the run' };
}

function banner(verdict: Verdict | undefined): Html {
  const { word, tone, aside } = headline(verdict);
  const reasons = verdict?.reasons.filter((reason) => !isNote(reason)) ?? [];
  const notes = verdict?.reasons.filter(isNote) ?? [];
  return html`<div class="banner ${tone}"><p class="word">${word}</p><div><p class="aside">${aside}</p>
${reasons.length + notes.length > 0 ? html`<ul>${reasons.slice(0, 12).map((reason) => html`<li>${reason}</li>`)}${reasons.length > 12 ? html`<li>and ${reasons.length - 12} more</li>` : null}${notes.map((note) => html`<li>${note}</li>`)}</ul>` : null}</div></div>`;
}

function tiles({ run, finals }: RunData, verdict: Verdict): Html {
  const stale = staleReads(verdict);
  const { writes, availability } = verdict;
  const recovery = recoveryMs(verdict);
  const lost = lossIsKnown(verdict, finals, run.truth) ? whole(countOf(verdict, 'lost')) : '?';
  const worst = availability.outages.find((outage) => (outage.end - outage.start) / 1000 === longestOutageMs(verdict));
  const tile = (name: string, value: string, aside: string) =>
    html`<div class="tile"><dt>${name}</dt><dd>${value}</dd><p>${aside}</p></div>`;
  return html`<dl class="tiles">
${tile('Availability', percent(availability.event), `of ${whole(availability.offered)} operations offered`)}
${tile('Longest outage', availability.offered === 0 ? '–' : duration(longestOutageMs(verdict)), worst === undefined ? 'no bad stretch' : `of kind ${worst.kind}`)}
${tile('Recovery time', recovery === undefined ? '–' : recovery === null ? 'not reached' : duration(recovery), recovery === undefined ? 'no fault' : 'from fault to stable')}
${tile('Writes lost', lost, `of ${whole(writes.acknowledged)} acknowledged`)}
${tile('Stale reads', stalenessIsKnown(verdict) ? `${whole(stale.primary)} / ${whole(stale.replica)}` : '–', 'primary / replica')}
${tile('Unknown writes', whole(writes.unknown), writes.unknown > 0 && writes.recovered + writes.vanished === 0 ? 'fate not known' : `${whole(writes.recovered)} present, ${whole(writes.vanished)} absent`)}
</dl>`;
}

function promiseTable(rows: readonly Promised[]): Html {
  const mark = ({ kept }: Promised) =>
    kept === undefined
      ? html`<span class="muted">measured</span>`
      : kept
        ? html`<span class="good">✓ kept</span>`
        : html`<strong class="bad">✗ broken</strong>`;
  return table(rows, [
    { head: 'Promise', cell: (row) => row.what },
    { head: 'Promised', cell: (row) => row.promised, numeric: true },
    { head: 'Measured', cell: (row) => row.measured, numeric: true },
    { head: '', cell: (row) => (row.promised !== '–' && row.kept === undefined ? html`<span class="warn">not known</span>` : mark(row)) },
  ]);
}

function floors({ run }: RunData): Html | null {
  const asked = floorsOf(run.floors, ACKS_WITHIN[run.arrivals?.process ?? 'even'] / 1000);
  return asked.length === 0 ? null : html`<p class="muted">Evidence demanded at least: ${asked.join('; ')}.</p>`;
}
