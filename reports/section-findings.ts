import type { Finding } from '../record/verdict-format.ts';
import { meaningOf } from './classes.ts';
import { html, type Html } from './html.ts';
import { counted, whole } from './text.ts';
import { witnessTable } from './witnesses.ts';

/* Classes that break no promise and still forbid a pass. */
const UNDERMINING = new Set(['vacuous', 'unwatched-exit', 'never-read']);

/** Every finding with its witnesses, those that break a promise first and open. */
export function findingsSection(findings: readonly Finding[]): Html {
  const ordered = findings.toSorted((a, b) => Number(b.breaks) - Number(a.breaks));
  const none = html`<p>No finding: no rule saw anything worth reporting.</p>`;
  return html`<section id="findings"><h2>Findings</h2>${ordered.length === 0 ? none : ordered.map(finding)}</section>`;
}

function finding(each: Finding): Html {
  const where = [each.copy && `copy ${each.copy}`, each.site && `site ${each.site}`, each.phase && `phase ${each.phase}`]
    .filter(Boolean)
    .join(', ');
  const meaning = meaningOf(each.class);
  const witnesses =
    each.witnesses.length === 0
      ? null
      : html`<details${each.breaks ? html` open` : null}><summary>${counted(each.witnesses.length, 'witness', 'witnesses')} of ${whole(each.count)}</summary>${witnessTable(each)}</details>`;
  return html`<article class="finding ${each.breaks ? 'bad' : 'calm'}">
<h3><code>${each.class}</code> <span class="count">${whole(each.count)}</span> ${each.breaks ? html`<strong class="bad">breaks a promise</strong>` : html`<span class="muted">${UNDERMINING.has(each.class) ? 'makes the run inconclusive' : 'reported'}</span>`}${where === '' ? null : html` <span class="muted">${where}</span>`}</h3>
<p>${each.message}</p>${meaning === undefined ? null : html`<p class="muted">${meaning}</p>`}
${witnesses}</article>`;
}
