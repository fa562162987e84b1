import { relative } from 'node:path';
import { DEFAULT_DEADLINE_MS, type Drawn } from '../record/format.ts';
import { html, table, type Html } from './html.ts';
import { duration } from './numbers.ts';
import type { RunData } from './run-data.ts';
import { plain } from './text.ts';

/** What was run, on what, with which seed and versions, and how to judge it again. */
export function aboutSection({ run, folder }: RunData): Html {
  const topology = Object.entries(run.topology).map(([name, value]): [string, string] => [
    spaced(name),
    plain(Array.isArray(value) ? value.join(', ') : value),
  ]);
  const facts: [string, string][] = [
    ['run', run.id],
    ['scenario', run.scenario],
    ['started', run.startedAt],
    ['seed', run.seed === undefined ? '–' : String(run.seed)],
    ['drawn by chance', drawnInWords(run.drawn ?? {})],
    ['copy that decides', run.truth ?? '–'],
    [
      'copies at the end',
      Object.entries(run.copies ?? {})
        .map(([name, role]) => `${name} ${role ?? '(role not known)'}`)
        .join(', ') || '–',
    ],
    ['deadline of a call', duration(run.deadlineMs ?? DEFAULT_DEADLINE_MS)],
    ['record format', String(run.format)],
  ];
  return html`<section id="about"><h2>About this run</h2>
<div class="pair"><div>${pairs(facts, 'Run')}</div><div>${pairs(topology, 'Topology')}${pairs(Object.entries(run.versions), 'Versions')}</div></div>
<h3>Judge it again</h3>
<p>The verdict is computed from this record alone and can be computed again, anywhere:</p>
<pre>holdfast check ${shellWord(shown(folder))}</pre></section>`;
}

function drawnInWords({ delayMs, sites }: Drawn): string {
  const parts = [
    ...(delayMs === undefined ? [] : [`the course began ${duration(delayMs)} later`]),
    ...(sites === undefined ? [] : [`sites in the order ${sites.map((name) => plain(name)).join(', ')}`]),
  ];
  return parts.join('; ') || '–';
}

/* An absolute path says more about its author's machine than about the run. */
function shown(folder: string): string {
  const near = relative(process.cwd(), folder);
  return near === '' ? '.' : near.startsWith('..') ? folder : near;
}

function pairs(rows: readonly [string, string][], caption: string): Html | null {
  if (rows.length === 0) return null;
  return table(
    rows,
    [
      { head: '', cell: ([name]) => name },
      { head: '', cell: ([, value]) => value },
    ],
    caption,
  );
}

function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

function shellWord(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
