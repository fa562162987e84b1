import type { Action } from './actions.ts';
import { secondsBare } from './numbers.ts';
import { caption, xOf, type Frame, type Panel } from './panel.ts';
import { element, label, type SvgNode } from './svg.ts';
import { colour } from './theme.ts';
import { plain } from './text.ts';

const ROW = 30;
const HEADER = 22;
const LINE_AT = 20;
const MOST_ROWS = 8;

/** What operators and administrators did, a row each: runbooks with their steps, statements as marks in one row. */
export function actionsPanel(frame: Frame, actions: readonly Action[]): Panel {
  const statements = actions.filter(({ runbook }) => runbook === 'statement');
  const rows = [
    ...actions.filter(({ runbook }) => runbook !== 'statement').map((action) => runbookRow(frame, action)),
    ...(statements.length === 0 ? [] : [statementRow(frame, statements)]),
  ].sort((one, other) => one.begin - other.begin);
  const shown = rows.slice(0, MOST_ROWS);
  const more = rows.length - shown.length;
  return {
    height: HEADER + shown.length * ROW,
    node: element('g', {}, [
      label(0, 17, more > 0 ? `runbooks (and ${more} more)` : 'runbooks', { 'font-size': 12, 'font-weight': 600, fill: colour('ink') }),
      ...shown.map(({ nodes }, at) => element('g', { transform: `translate(0,${HEADER + at * ROW})` }, nodes)),
    ]),
  };
}

interface Row {
  begin: number;
  nodes: SvgNode[];
}

function runbookRow(frame: Frame, { runbook, site, begin, end, steps }: Action): Row {
  const name = plain(`${runbook} ${site}`, 60);
  const from = xOf(frame, begin / 1e6);
  return {
    begin,
    nodes: [
      caption(frame, from, { wordings: [`${name}: ${secondsBare(begin)} to ${secondsBare(end)} s`, name], fill: colour('ink') }),
      element('line', {
        x1: from,
        x2: xOf(frame, end / 1e6),
        y1: LINE_AT,
        y2: LINE_AT,
        stroke: colour('ink'),
        'stroke-width': 3,
        'stroke-opacity': '0.45',
      }),
      ...steps.map(({ step, at, tookMs }) => mark(frame, at, `${step}: done at ${secondsBare(at)} s, after ${Math.round(tookMs)} ms`)),
    ],
  };
}

function statementRow(frame: Frame, statements: readonly Action[]): Row {
  const begin = Math.min(...statements.map((statement) => statement.begin));
  const sites = [...new Set(statements.map(({ site }) => site))].sort();
  return {
    begin,
    nodes: [
      caption(frame, xOf(frame, begin / 1e6), {
        wordings: [
          plain(`statements at ${sites.join(', ')}: ${statements.map(({ end }) => secondsBare(end)).join(', ')} s`, 160),
          `${statements.length} statements`,
        ],
        fill: colour('ink'),
      }),
      ...statements.map(({ site, end, steps }) =>
        mark(frame, end, plain(`at site ${site}, ${secondsBare(end)} s: ${steps[0]?.step ?? ''}`, 300)),
      ),
    ],
  };
}

function mark(frame: Frame, at: number, words: string): SvgNode {
  const x = xOf(frame, at / 1e6);
  return element('path', { d: `M${x},${LINE_AT - 5}v10`, stroke: colour('ink'), 'stroke-width': 1.6, fill: 'none' }, [
    element('title', {}, [words]),
  ]);
}
