import { FAULT_STATES, type ExitSample, type FaultState } from '../record/format.ts';
import { begin, ending, type FaultSpan } from './journal.ts';
import { secondsBare } from './numbers.ts';
import { caption, xOf, type Frame, type Panel } from './panel.ts';
import { element, fitting, label, textWidth, type SvgNode } from './svg.ts';
import { colour } from './theme.ts';
import { plain } from './text.ts';

const ROW = 34;
const HEADER = 24;
const MOST_FAULTS = 6;
const WORDS: Record<FaultState, string> = { intent: 'intent', applied: 'applied', verified: 'proven', healed: 'healed', gone: 'gone' };

/** The faults, a row each: when applied, proven, healed and gone; and the daemons that ended. */
export function faultsPanel(frame: Frame, faults: readonly FaultSpan[], exits: readonly ExitSample[]): Panel {
  const shown = faults.slice(0, MOST_FAULTS);
  const more = faults.length - shown.length;
  const rows = shown.map((span, at) => element('g', { transform: `translate(0,${HEADER + at * ROW})` }, faultRow(frame, span)));
  const below = HEADER + shown.length * ROW;
  const height = below + (exits.length > 0 ? 20 : 0);
  const title = more > 0 ? `faults (and ${more} more)` : 'faults';
  return {
    height,
    node: element('g', {}, [
      label(0, 17, title, { 'font-size': 12, 'font-weight': 600, fill: colour('ink') }),
      ...signs(frame),
      ...rows,
      ...(exits.length > 0 ? exitRow(frame, exits, below) : []),
    ]),
  };
}

/** The stretches in which faults were on (stronger) or still felt (weaker), behind all panels; `height` in px. */
export function faultShades(frame: Frame, faults: readonly FaultSpan[], height: number): SvgNode[] {
  return faults.flatMap((span) => {
    const from = span.at.applied ?? begin(span);
    const healed = span.at.healed ?? span.at.gone ?? frame.to * 1e6;
    const gone = ending(span) ?? healed;
    return [shade(frame, from, healed, height, 0.13), shade(frame, healed, gone, height, 0.06)];
  });
}

function shade(frame: Frame, from: number, to: number, height: number, opacity: number): SvgNode {
  const [x1, x2] = [xOf(frame, from / 1e6), xOf(frame, to / 1e6)];
  return element('rect', { x: x1, y: 0, width: Math.max(0, x2 - x1), height, fill: colour('shade'), 'fill-opacity': String(opacity) });
}

function faultRow(frame: Frame, span: FaultSpan): SvgNode[] {
  const name = plain(`${span.fault} ${span.target}`, 60);
  const marks = FAULT_STATES.flatMap((state) => (span.at[state] === undefined ? [] : [{ state, at: span.at[state] }]));
  const told = marks.filter(({ state }) => state !== 'intent').map(({ state, at }) => `${WORDS[state]} ${secondsBare(at)}`);
  const wordings = [
    `${name}: ${told.join(', ')} s`,
    `${name}: ${secondsBare(begin(span))} to ${secondsBare(ending(span) ?? begin(span))} s`,
    name,
  ];
  const [x1, x2] = [xOf(frame, begin(span) / 1e6), xOf(frame, (ending(span) ?? frame.to * 1e6) / 1e6)];
  return [
    caption(frame, x1, { wordings, fill: colour('bad') }),
    element('line', { x1, x2, y1: 22, y2: 22, stroke: colour('bad'), 'stroke-width': 3, 'stroke-opacity': '0.45' }),
    ...marks.map(({ state, at }) =>
      sign(
        state,
        xOf(frame, at / 1e6),
        22,
        `${WORDS[state]} ${secondsBare(at)} s${span.evidence[state] === undefined ? '' : `: ${span.evidence[state]}`}`,
      ),
    ),
  ];
}

/* Told apart by form, not by colour alone. */
function sign(state: FaultState, x: number, y: number, words: string): SvgNode {
  const fill = colour(state === 'gone' || state === 'healed' ? 'good' : 'bad');
  const paths: Record<FaultState, string> = {
    intent: `M${x},${y - 6}v12`,
    applied: `M${x - 5},${y - 5}h10l-5,9z`,
    verified: `M${x},${y - 5}l5,5l-5,5l-5,-5z`,
    healed: `M${x - 5},${y + 4}h10l-5,-9z`,
    gone: `M${x - 4.5},${y}a4.5,4.5 0 1 0 9,0a4.5,4.5 0 1 0 -9,0z`,
  };
  const hollow = state === 'gone' || state === 'verified';
  return element('path', { d: paths[state], fill: hollow ? colour('page') : fill, stroke: fill, 'stroke-width': 1.6 }, [
    element('title', {}, [words]),
  ]);
}

function signs(frame: Frame): SvgNode[] {
  let x = frame.width - frame.right;
  return FAULT_STATES.toReversed().flatMap((state) => {
    const text = label(x, 17, WORDS[state], { fill: colour('muted'), 'font-size': 11, 'text-anchor': 'end' });
    x -= textWidth(WORDS[state]) + 9;
    const node = sign(state, x, 13, WORDS[state]);
    x -= 16;
    return [node, text];
  });
}

function exitRow(frame: Frame, exits: readonly ExitSample[], y: number): SvgNode[] {
  const marks = exits.map(({ at, exit, host, fault }) => {
    const x = xOf(frame, at / 1e6);
    const words = `${exit} on ${host} ended at ${secondsBare(at)} s (${fault ?? 'unexplained'})`;
    return element(
      'path',
      { d: `M${x - 4},${y + 5}l8,8m0,-8l-8,8`, stroke: colour(fault === null ? 'bad' : 'muted'), 'stroke-width': 2, fill: 'none' },
      [element('title', {}, [words])],
    );
  });
  return [
    label(frame.left - 6, y + 13, fitting(['daemon exits', 'exits'], frame.left - 6), {
      'text-anchor': 'end',
      fill: colour('ink'),
      'font-size': 11,
    }),
    ...marks,
  ];
}
