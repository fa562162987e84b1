import * as Plot from '@observablehq/plot';
import type { OperationKind } from '../record/format.ts';
import type { Verdict } from '../record/verdict-format.ts';
import { duration } from './numbers.ts';
import { panel, xOf, type Frame, type Panel } from './panel.ts';
import { FATES, type Fate, type Slice, type Slices, type Stretch } from './slices.ts';
import { element, label, textWidth, type SvgNode } from './svg.ts';
import { colour, type Colour } from './theme.ts';

const HEIGHT = 118;
const LEAST_A_SLICE = 20;
const WORDS: Record<Fate, string> = {
  ok: 'ok',
  accepted: '202',
  late: 'too late',
  failed: 'failed',
  unknown: 'unknown',
  dropped: 'dropped',
};

type Outage = Verdict['availability']['outages'][number];

/** Operations of one kind a second by when they were due, stacked by what became of them; outage windows above. */
export function trafficPanel({
  frame,
  slices,
  kind,
  planned,
  outages,
}: {
  frame: Frame;
  slices: Slices;
  kind: OperationKind;
  planned: number | undefined;
  outages: readonly Outage[];
}): Panel {
  /* Few operations in a slice would draw the grain of whole numbers, not the rate. */
  const { widthUs, points } = slices.series(Math.min(frame.width / 2, slices.total(kind) / LEAST_A_SLICE));
  const fates = FATES.filter((fate) => points.some(({ slice }) => countIn(slice, kind, [fate]) > 0));
  const top = points.reduce(
    (most, { start, end, slice }) => Math.max(most, countIn(slice, kind, FATES) / ((end - start) / 1e6)),
    planned ?? 1,
  );
  return panel({
    frame,
    title: `${kind}: operations a second (slices of ${duration(widthUs / 1000)})`,
    legend: [
      ...fates.toReversed().map((fate) => ({ words: WORDS[fate], fill: colour(fate as Colour) })),
      ...(planned === undefined ? [] : [{ words: 'planned', fill: colour('ink'), shape: 'dash' as const }]),
    ],
    height: HEIGHT,
    y: { domain: [0, top * 1.24], axis: null },
    marks: [
      Plot.axisY({ ticks: 3, tickSize: 0, tickPadding: 6, label: null, fill: colour('muted') }),
      ...fates.map((fate, at) =>
        Plot.areaY(steps(points, kind, fates.slice(0, at), fate), {
          x: 'x',
          y1: 'y1',
          y2: 'y2',
          curve: 'step-after',
          fill: colour(fate as Colour),
        }),
      ),
      ...(planned === undefined ? [] : [Plot.ruleY([planned], { stroke: colour('ink'), strokeDasharray: '4 2', strokeWidth: 1 })]),
      Plot.ruleY([0], { stroke: colour('muted') }),
    ],
    over: outages.filter((outage) => outage.kind === kind).flatMap((outage) => window(frame, outage)),
  });
}

type Step = { x: number; y1: number; y2: number };

/* Stacked here, not by Plot: a step area must reach the end of its last slice. */
function steps(points: readonly Stretch[], kind: OperationKind, below: readonly Fate[], fate: Fate): Step[] {
  const found = points.map(({ start, end, slice }): Step => {
    const seconds = (end - start) / 1e6;
    const y1 = countIn(slice, kind, below) / seconds;
    return { x: start / 1e6, y1, y2: y1 + countIn(slice, kind, [fate]) / seconds };
  });
  const last = found.at(-1);
  return last === undefined ? [] : [...found, { ...last, x: points.at(-1)!.end / 1e6 }];
}

function countIn(slice: Slice, kind: OperationKind, fates: readonly Fate[]): number {
  const cell = slice.kinds.get(kind);
  return cell === undefined ? 0 : fates.reduce((sum, fate) => sum + cell.fates[fate], 0);
}

function window(frame: Frame, { start, end }: Outage): SvgNode[] {
  const [x1, x2] = [xOf(frame, start / 1e6), xOf(frame, end / 1e6)];
  const words = `outage ${duration((end - start) / 1000)}`;
  const bar = element('rect', { x: x1, y: 8, width: Math.max(2, x2 - x1), height: 4, fill: colour('bad') }, [
    element('title', {}, [words]),
  ]);
  if (textWidth(words, 11) > x2 - x1 - 8) return [bar];
  return [bar, label((x1 + x2) / 2, 23, words, { 'text-anchor': 'middle', fill: colour('bad'), 'font-weight': 600 })];
}
