import { html, type Html } from './html.ts';
import { secondsBare } from './numbers.ts';
import type { RunData } from './run-data.ts';
import { storyEvents } from './story.ts';

/** The story of the run, a sentence a line, times in seconds since its zero. */
export function storySection(data: RunData): Html {
  const lines = storyEvents(data).map(
    ({ at, text, tone, aside }) =>
      html`<li class="${tone}"><span class="when">${at === undefined ? '' : html`${secondsBare(at)} s`}</span><span>${sentence(text)}${aside === undefined ? null : html` <small>${aside}</small>`}</span></li>\n`,
  );
  return html`<section id="story"><h2>What happened</h2><ol class="story">${lines}</ol></section>`;
}

/* In the report each sentence starts a line; names of copies, daemons and sites keep their spelling. */
function sentence(text: string): string {
  return text.replace(
    /^(?:proven|left out|load balancer|writes|reads|updates|lookups|lists|operations|site |the |runbook |a statement )/,
    (word) => word.charAt(0).toUpperCase() + word.slice(1),
  );
}
