import * as Plot from '@observablehq/plot';
import { panel, type Frame, type Panel } from './panel.ts';
import type { Slices } from './slices.ts';
import { colour, seriesColour } from './theme.ts';
import { plain } from './text.ts';

const HEIGHT = 76;

/** Share of each site in the successful answers, over time. */
export function sharesPanel(frame: Frame, slices: Slices): Panel {
  const sites = [...slices.sites].sort();
  const { points } = slices.series(Math.round((frame.width - frame.left) / 5));
  const steps = points.map(({ start, slice }) => {
    const total = [...slice.sites.values()].reduce((sum, count) => sum + count, 0);
    let below = 0;
    const bands = sites.map((site) => {
      const share = total === 0 ? Number.NaN : (slice.sites.get(site) ?? 0) / total;
      const band = { y1: below, y2: below + share };
      below += share;
      return band;
    });
    return { x: start / 1e6, bands };
  });
  const last = steps.at(-1);
  if (last !== undefined) steps.push({ ...last, x: points.at(-1)!.end / 1e6 });
  return panel({
    frame,
    title: 'share of each site in successful answers',
    legend: sites.slice(0, 6).map((site, at) => ({ words: plain(site, 16), fill: seriesColour(at), opacity: 0.5 })),
    height: HEIGHT,
    y: { domain: [0, 1], axis: null },
    marks: [
      Plot.axisY([0, 0.5, 1], {
        tickSize: 0,
        tickPadding: 6,
        label: null,
        fill: colour('muted'),
        tickFormat: (share: number) => `${share * 100} %`,
      }),
      ...sites.map((_, at) =>
        Plot.areaY(steps, {
          x: 'x',
          y1: (step: (typeof steps)[number]) => step.bands[at]!.y1,
          y2: (step: (typeof steps)[number]) => step.bands[at]!.y2,
          curve: 'step-after',
          fill: seriesColour(at),
          fillOpacity: 0.5,
        }),
      ),
    ],
  });
}
