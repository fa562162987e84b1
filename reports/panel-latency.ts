import * as Plot from '@observablehq/plot';
import type { OperationKind } from '../record/format.ts';
import { duration } from './numbers.ts';
import { panel, type Frame, type Panel } from './panel.ts';
import type { Slices } from './slices.ts';
import { colour, seriesColour } from './theme.ts';

const HEIGHT = 130;

/** Latency from the start of answered operations, p50 and p99 by kind, on a logarithmic axis. */
export function latencyPanel({ frame, slices, kinds }: { frame: Frame; slices: Slices; kinds: readonly OperationKind[] }): Panel {
  const { points } = slices.series(Math.round((frame.width - frame.left) / 7));
  const lines = kinds.flatMap((kind) =>
    [0.5, 0.99].map((q) => ({
      kind,
      q,
      values: points.map(({ start, end, slice }) => ({
        x: (start + end) / 2e6,
        ms: slice.kinds.get(kind)?.latency.quantile(q) ?? Number.NaN,
      })),
    })),
  );
  const seen = lines.flatMap(({ values }) => values.map(({ ms }) => ms)).filter(Number.isFinite);
  const bottom = 10 ** Math.floor(Math.log10(seen.reduce((least, ms) => Math.min(least, ms), 1)));
  const top = seen.reduce((most, ms) => Math.max(most, ms), 80) * 1.3;
  const ticks = [0.01, 0.1, 1, 10, 100, 1000, 10_000, 100_000].filter((ms) => ms >= bottom && ms <= top);
  return panel({
    frame,
    title: 'latency of answered operations',
    legend: [
      ...kinds.map((kind, at) => ({ words: kind, fill: seriesColour(at), shape: 'line' as const })),
      { words: 'p50', fill: colour('muted'), shape: 'line' as const },
      { words: 'p99', fill: colour('muted'), shape: 'dash' as const },
    ],
    height: HEIGHT,
    y: { type: 'log', domain: [bottom, top], axis: null },
    marks: [
      Plot.gridY(ticks, { stroke: colour('line'), strokeOpacity: 1 }),
      Plot.axisY(ticks, {
        tickSize: 0,
        tickPadding: 6,
        label: null,
        fill: colour('muted'),
        tickFormat: (ms: number) => duration(ms).replace(/\.0+(?= )/u, ''),
      }),
      ...lines.map(({ kind, q, values }) =>
        Plot.lineY(values, {
          x: 'x',
          y: 'ms',
          stroke: seriesColour(kinds.indexOf(kind)),
          strokeWidth: q === 0.5 ? 2 : 1.3,
          ...(q === 0.5 ? {} : { strokeDasharray: '4 2' }),
          strokeLinecap: 'round',
        }),
      ),
    ],
  });
}
