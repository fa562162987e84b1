import * as Plot from '@observablehq/plot';
import type { OperationKind } from '../record/format.ts';
import type { Verdict } from '../record/verdict-format.ts';
import { duration } from './numbers.ts';
import { panel, xOf, type Frame, type Panel } from './panel.ts';
import { FATES, type Fate, type Slices } from './slices.ts';
import { element, label, textWidth, type SvgNode } from './svg.ts';
import { colour, type Colour } from './theme.ts';

const HEIGHT = 118;
const WORDS: Record<Fate, string> = { ok: 'ok', accepted: '202', failed: 'failed', unknown: 'unknown', dropped: 'dropped' };

type Outage = Verdict['availability']['outages'][number];

/** Operations of one kind a second by when they were due, stacked by what became of them; outage windows above. */
export function trafficPanel({ frame, slices, kind, planned, outages }: { frame: Frame; slices: Slices; kind: OperationKind; planned: number | undefined; outages: readonly Outage[] }): Panel {
  const { widthUs, points } = slices.series(Math.round(frame.width / 2));
  const rate = (count: number) => count / (widthUs / 1e6);
  const fates = FATES.filter((fate) => points.some(({ slice }) => (slice.kinds.get(kind)?.fates[fate] ?? 0) > 0));
  const totals = points.map(({ slice }) => rate(FATES.reduce((sum, fate) => sum + (slice.kinds.get(kind)?.fates[fate] ?? 0), 0)));
  const top = Math.max(planned ?? 0, ...totals, 1);
  const bars = fates.flatMap((fate) =>
    points.map(({ at, slice }) => ({ from: at / 1e6, to: (at + widthUs) / 1e6, fate, rate: rate(slice.kinds.get(kind)?.fates[fate] ?? 0) })),
  );
  return panel({
    frame,
    title: `${kind}: operations a second`,
    legend: [...fates.toReversed().map((fate) => ({ words: WORDS[fate], fill: colour(fate as Colour) })), ...(planned === undefined ? [] : [{ words: 'planned', fill: colour('ink'), shape: 'dash' as const }])],
    height: HEIGHT,
    y: { domain: [0, top * 1.24], axis: null },
    marks: [
      Plot.axisY({ ticks: 3, tickSize: 0, tickPadding: 6, label: null, fill: colour('muted') }),
      ...fates.map((fate, at) => Plot.areaY(stacked(bars, fates.slice(0, at + 1)), { x: 'x', y1: 'y1', y2: 'y2', curve: 'step-after', fill: colour(fate as Colour) })),
      ...(planned === undefined ? [] : [Plot.ruleY([planned], { stroke: colour('ink'), strokeDasharray: '4 2', strokeWidth: 1 })]),
      Plot.ruleY([0], { stroke: colour('muted') }),
    ],
    over: outages.filter((outage) => outage.kind === kind).flatMap((outage) => window(frame, outage)),
  });
}

type Bar = { from: number; to: number; fate: Fate; rate: number };

/* Stacked here, not by Plot: a step area must reach the end of its last slice. */
function stacked(bars: readonly Bar[], fates: readonly Fate[]): { x: number; y1: number; y2: number }[] {
  const below = new Map<number, number>();
  for (const bar of bars) if (fates.slice(0, -1).includes(bar.fate)) below.set(bar.from, (below.get(bar.from) ?? 0) + bar.rate);
  const own = bars.filter((bar) => bar.fate === fates.at(-1));
  const steps = own.map((bar) => ({ x: bar.from, y1: below.get(bar.from) ?? 0, y2: (below.get(bar.from) ?? 0) + bar.rate }));
  const last = steps.at(-1);
  return last === undefined ? [] : [...steps, { ...last, x: own.at(-1)!.to }];
}

function window(frame: Frame, { start, end }: Outage): SvgNode[] {
  const [x1, x2] = [xOf(frame, start / 1e6), xOf(frame, end / 1e6)];
  const words = `outage ${duration((end - start) / 1000)}`;
  const bar = element('rect', { x: x1, y: 8, width: Math.max(2, x2 - x1), height: 4, fill: colour('bad') }, [element('title', {}, [words])]);
  if (textWidth(words, 11) > x2 - x1 - 8) return [bar];
  return [bar, label((x1 + x2) / 2, 23, words, { 'text-anchor': 'middle', fill: colour('bad'), 'font-weight': 600 })];
}
