import { html, trusted, type Html } from './html.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { RunData } from './run-data.ts';
import { aboutSection } from './section-about.ts';
import { figuresSection } from './section-figures.ts';
import { findingsSection } from './section-findings.ts';
import { storySection } from './section-story.ts';
import { headline, verdictSection } from './section-verdict.ts';
import { timelineSvg } from './timeline.ts';

/** The whole report as one self-contained page: no scripts, nothing fetched. */
export function page(data: RunData): string {
  const { run, verdict } = data;
  const { pattern, replication, routing } = run.topology;
  const shape = [pattern, routing, replication && `${replication} replication`, run.id, run.startedAt].filter(Boolean).join(' · ');
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${headline(verdict).word}: ${run.scenario}</title>
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body><main>
<header><p class="eyebrow">Holdfast run report</p><h1>${run.scenario}</h1><p class="muted">${shape}</p></header>
${verdictSection(data)}
${storySection(data)}
${timelineSection(data)}
${verdict === undefined ? null : findingsSection(verdict.findings)}
${verdict === undefined ? null : figuresSection(verdict)}
${aboutSection(data)}
</main></body></html>
`;
  return document.markup;
}

/* Two drawings, of which the reader's width picks one: a scaled-down drawing has letters too small to read. */
function timelineSection(data: RunData): Html {
  if (data.slices.kinds.size + data.copies.length + data.backends.length + data.faults.length === 0)
    return html`<section id="timeline"><h2>Timeline</h2><p>Nothing was recorded that could be drawn.</p></section>`;
  const drawn = (width: number) => trusted(timelineSvg(data, { width, inline: true }));
  return html`<section id="timeline"><h2>Timeline</h2><div class="wide">${drawn(1096)}</div><div class="narrow">${drawn(650)}</div></section>`;
}
