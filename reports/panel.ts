import * as Plot from '@observablehq/plot';
import { colour } from './theme.ts';
import { document, element, fitting, label, textWidth, type SvgNode } from './svg.ts';

/** The shared ground of all panels: width and margins in px, time range and phase boundaries in seconds since zero. */
export type Frame = { width: number; left: number; right: number; from: number; to: number; boundaries: readonly number[] };

/** One panel of a timeline, drawn from its own top; height in px, header included. */
export type Panel = { height: number; node: SvgNode };

export type LegendItem = { words: string; fill: string; opacity?: number; shape?: 'box' | 'line' | 'dash' };

const HEADER = 22;
/* How much wider bold letters run. */
const BOLD = 1.14;

/** Seconds since zero to px. */
export function xOf(frame: Frame, seconds: number): number {
  const share = (seconds - frame.from) / (frame.to - frame.from);
  return frame.left + Math.min(1, Math.max(0, share)) * (frame.width - frame.left - frame.right);
}

/** A Plot chart under a header with its title and legend, on the shared time axis. */
export function panel({
  frame,
  title,
  legend = [],
  height,
  y,
  marks,
  over = [],
  boundaries = 'front',
}: {
  frame: Frame;
  title: string;
  legend?: readonly LegendItem[];
  /** px of the chart alone */
  height: number;
  y: Plot.ScaleOptions;
  marks: Plot.Markish[];
  /** drawn above the marks, in px of the chart */
  over?: readonly SvgNode[];
  /** whether the phase boundaries cross the marks or lie behind them */
  boundaries?: 'front' | 'behind';
}): Panel {
  const phases = Plot.ruleX(frame.boundaries, { stroke: colour('muted'), strokeDasharray: '2 3' });
  const grid = Plot.gridX({ ticks: ticksOf(frame), stroke: colour('line'), strokeOpacity: 1 });
  const chart = Plot.plot({
    document: document as never,
    width: frame.width,
    height,
    marginLeft: frame.left,
    marginRight: frame.right,
    marginTop: 8,
    marginBottom: 4,
    x: { domain: [frame.from, frame.to], axis: null },
    y,
    marks: boundaries === 'front' ? [grid, ...marks, phases] : [grid, phases, ...marks],
  }) as unknown as SvgNode;
  for (const style of chart.querySelectorAll('style')) style.remove();
  chart.setAttribute('y', String(HEADER));
  chart.setAttribute('font-size', '11');
  chart.append(...over);
  return { height: HEADER + height, node: element('g', {}, [header(frame, title, legend), chart]) };
}

/** Bold words above a row, from the x at which it begins, moved and shortened to lie within the frame: the first of the wordings that fits. */
export function caption(frame: Frame, from: number, { wordings, fill }: { wordings: readonly string[]; fill: string }): SvgNode {
  const words = fitting(wordings, (frame.width - frame.left - frame.right) / BOLD) || (wordings.at(-1) ?? '').slice(0, 20);
  const x = Math.max(frame.left, Math.min(from, frame.width - frame.right - textWidth(words) * BOLD));
  return label(x, 10, words, { fill, 'font-size': 11, 'font-weight': 600 });
}

/** Number of ticks on the time axis that leaves room for their labels. */
export function ticksOf(frame: Frame): number {
  return Math.max(3, Math.round((frame.width - frame.left - frame.right) / 85));
}

function header(frame: Frame, title: string, legend: readonly LegendItem[]): SvgNode {
  let x = frame.width - frame.right;
  const items = [...legend].reverse().flatMap(({ words, fill, opacity = 1, shape = 'box' }) => {
    const text = label(x, 17, words, { fill: colour('muted'), 'font-size': 11, 'text-anchor': 'end' });
    x -= textWidth(words) + 17;
    const sign =
      shape === 'box'
        ? element('rect', { x, y: 8, width: 11, height: 10, rx: 2, fill, 'fill-opacity': opacity })
        : element('line', {
            x1: x - 4,
            x2: x + 12,
            y1: 13,
            y2: 13,
            stroke: fill,
            'stroke-width': shape === 'dash' ? 1.4 : 2.2,
            ...(shape === 'dash' ? { 'stroke-dasharray': '4 2' } : {}),
          });
    x -= shape === 'box' ? 12 : 16;
    return [sign, text];
  });
  return element('g', {}, [label(0, 17, title, { 'font-size': 12, 'font-weight': 600, fill: colour('ink') }), ...items]);
}
