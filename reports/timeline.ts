import * as Plot from '@observablehq/plot';
import { begin, ending } from './journal.ts';
import { backendsPanel, copiesPanel } from './panel-lanes.ts';
import { actionsPanel } from './panel-actions.ts';
import { faultShades, faultsPanel } from './panel-faults.ts';
import { latencyPanel } from './panel-latency.ts';
import { phasesPanel } from './panel-phases.ts';
import { sharesPanel } from './panel-shares.ts';
import { trafficPanel } from './panel-traffic.ts';
import { ticksOf, type Frame, type Panel } from './panel.ts';
import type { RunData } from './run-data.ts';
import { document, element, label, serialized, type SvgNode } from './svg.ts';
import { colour, palette } from './theme.ts';
import { whole } from './text.ts';

const GAP = 6;
const AXIS = 40;

/** The run on one time axis as static SVG, `width` px wide; `inline` leaves out colours and ground, for a page that has them. */
export function timelineSvg(data: RunData, { width = 1120, inline = false }: { width?: number; inline?: boolean } = {}): string {
  const frame: Frame = {
    width,
    left: width < 800 ? 78 : 96,
    right: 10,
    ...range(data),
    boundaries: (data.run.phases ?? []).map(({ start }) => start / 1e6),
  };
  const panels = panelsOf(data, frame);
  if (panels.length === 0) panels.push(emptyPanel());
  const inner = panels.reduce((sum, { height }) => sum + height + GAP, 0);
  let y = 0;
  const placed = panels.map(({ node, height }) => {
    const group = element('g', { transform: `translate(0,${y})` }, [node]);
    y += height + GAP;
    return group;
  });
  const pad = inline ? 0 : 12;
  const [w, h] = [width + 2 * pad, inner + AXIS + 2 * pad];
  const root = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'holdfast-timeline',
      viewBox: `${-pad} ${-pad} ${w} ${h}`,
      width: w,
      height: h,
      role: 'img',
      'font-family': 'system-ui, sans-serif',
      'font-size': 11,
    },
    [
      element('title', {}, [`Timeline of ${data.run.scenario}`]),
      ...(inline
        ? []
        : [
            element('style', {}, [palette('.holdfast-timeline')]),
            element('rect', { x: -pad, y: -pad, width: w, height: h, fill: colour('page') }),
          ]),
      ...faultShades(frame, data.faults, inner),
      ...placed,
      element('g', { transform: `translate(0,${inner})` }, [axis(frame)]),
    ],
  );
  return serialized(root);
}

function panelsOf({ run, verdict, slices, copies, backends, faults, actions, exits }: RunData, frame: Frame): Panel[] {
  const kinds = [...slices.kinds].sort();
  const outages = verdict?.availability.outages ?? [];
  return [
    ...(run.phases === undefined || run.phases.length === 0 ? [] : [phasesPanel(frame, run.phases)]),
    ...(faults.length + exits.length === 0 ? [] : [faultsPanel(frame, faults, exits)]),
    ...(actions.length === 0 ? [] : [actionsPanel(frame, actions)]),
    ...kinds.map((kind) => trafficPanel({ frame, slices, kind, planned: run.load?.[kind], outages })),
    ...(kinds.length === 0 ? [] : [latencyPanel({ frame, slices, kinds })]),
    ...(backends.length === 0 ? [] : [backendsPanel(frame, backends)]),
    ...(copies.length === 0 ? [] : [copiesPanel(frame, copies)]),
    ...(slices.sites.size === 0 ? [] : [sharesPanel(frame, slices)]),
  ];
}

/* Load, phases and faults decide what is shown; looks at copies long after the load are cut off, unless there is nothing else. */
function range({ run, slices, faults, copies, backends }: RunData): { from: number; to: number } {
  const looks = [...copies, ...backends].flatMap(({ segments }) => segments.flatMap(({ start, end }) => [start, end]));
  const times = [
    ...(slices.extent() ?? []),
    ...(run.phases ?? []).flatMap(({ start, end }) => [start, end]),
    ...faults.flatMap((span) => [begin(span), ending(span) ?? begin(span)]),
  ];
  const shown = times.length > 0 ? times : looks;
  const from = shown.reduce((least, time) => Math.min(least, time), Infinity) / 1e6;
  const to = shown.reduce((most, time) => Math.max(most, time), -Infinity) / 1e6;
  if (!Number.isFinite(from)) return { from: 0, to: 1 };
  return { from, to: Math.max(to, from + 0.1) };
}

function axis(frame: Frame): SvgNode {
  const chart = Plot.plot({
    document: document as never,
    width: frame.width,
    height: AXIS,
    marginLeft: frame.left,
    marginRight: frame.right,
    marginTop: 0,
    marginBottom: AXIS,
    x: { domain: [frame.from, frame.to], axis: null },
    marks: [
      Plot.axisX({
        ticks: ticksOf(frame),
        tickSize: 4,
        label: null,
        fill: colour('muted'),
        stroke: colour('muted'),
        tickFormat: (seconds: number) => (Number.isInteger(seconds) ? whole(seconds) : String(seconds)),
      }),
    ],
  }) as unknown as SvgNode;
  for (const style of chart.querySelectorAll('style')) style.remove();
  chart.setAttribute('font-size', '11');
  const words = label((frame.left + frame.width - frame.right) / 2, 34, "seconds since the run's zero", {
    'text-anchor': 'middle',
    fill: colour('muted'),
  });
  return element('g', {}, [chart, words]);
}

function emptyPanel(): Panel {
  return { height: 40, node: label(0, 24, 'Nothing was recorded that could be drawn.', { fill: colour('muted') }) };
}
