import { explainedBy, isExplained } from '../record/explained.ts';
import type { Finding } from '../record/verdict-format.ts';
import { meaningOf } from './classes.ts';
import { html, type Html } from './html.ts';
import { counted, listed, whole } from './text.ts';
import { witnessTable } from './witnesses.ts';

/* Classes that break no promise and still forbid a pass. */
const UNDERMINING = new Set(['vacuous', 'unwatched-exit', 'never-read']);

/** Every finding with its witnesses, those that break a promise first and open; what one explains stands under it. */
export function findingsSection(findings: readonly Finding[]): Html {
  const told = findings.filter((finding) => !isExplained(finding, findings));
  const ordered = told.toSorted((a, b) => Number(b.breaks) - Number(a.breaks));
  const none = html`<p>No finding: no rule saw anything worth reporting.</p>`;
  return html`<section id="findings"><h2>Findings</h2>${ordered.length === 0 ? none : ordered.map((each) => finding(each, findings))}</section>`;
}

function finding(each: Finding, findings: readonly Finding[]): Html {
  const meaning = meaningOf(each.class);
  const explained = explainedBy(each, findings);
  const story =
    explained.length === 0
      ? null
      : html`<p>This explains ${listed(explained.map((other) => `${whole(other.count)} ${other.class}`))}:</p>${explained.map(part)}`;
  return html`<article class="finding ${each.breaks ? 'bad' : 'calm'}">
<h3><code>${each.class}</code> <span class="count">${whole(each.count)}</span> ${each.breaks ? html`<strong class="bad">breaks a promise</strong>` : html`<span class="muted">${UNDERMINING.has(each.class) ? 'makes the run inconclusive' : 'reported'}</span>`}${place(each)}</h3>
<p>${each.message}</p>${meaning === undefined ? null : html`<p class="muted">${meaning}</p>`}
${witnesses(each, each.breaks)}${story}</article>`;
}

/* What another finding explains: the same, smaller and closed. */
function part(each: Finding): Html {
  return html`<div class="explained"><p><code>${each.class}</code> <span class="count">${whole(each.count)}</span>${place(each)}: ${each.message}</p>${witnesses(each, false)}</div>`;
}

function place({ copy, site, phase }: Finding): Html | null {
  const where = [copy && `copy ${copy}`, site && `site ${site}`, phase && `phase ${phase}`].filter(Boolean).join(', ');
  return where === '' ? null : html` <span class="muted">${where}</span>`;
}

function witnesses(each: Finding, open: boolean): Html | null {
  if (each.witnesses.length === 0) return null;
  const rows = counted(each.shown ?? each.witnesses.length, 'witness', 'witnesses');
  return html`<details${open ? html` open` : null}><summary>${rows} of ${whole(each.count)}</summary>${witnessTable(each)}</details>`;
}
