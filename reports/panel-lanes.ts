import * as Plot from '@observablehq/plot';
import type { BackendState, CopyState, Lane } from './lanes.ts';
import { seconds } from './numbers.ts';
import { panel, xOf, type Frame, type Panel } from './panel.ts';
import { fitting, textWidth } from './svg.ts';
import { colour, type Colour } from './theme.ts';
import { plain } from './text.ts';

const LANE = 22;
const MOST_LANES = 12;

type Look = { words: string; fill: Colour; ink: Colour };
type Span = { from: number; to: number; lane: string; look: Look; wordings: string[] };

const COPY_LOOKS: Record<CopyState['role'], Look> = {
  primary: { words: 'primary', fill: 'primary', ink: 'onstrong' },
  'sync standby': { words: 'sync standby', fill: 'sync', ink: 'ink' },
  standby: { words: 'standby', fill: 'standby', ink: 'ink' },
  down: { words: 'down', fill: 'down', ink: 'onstrong' },
  'not known': { words: 'not known', fill: 'maint', ink: 'ink' },
};
const BACKEND_LOOKS: Record<BackendState['status'], Look> = {
  UP: { words: 'UP', fill: 'up', ink: 'ink' },
  DOWN: { words: 'DOWN', fill: 'down', ink: 'onstrong' },
  DRAIN: { words: 'DRAIN', fill: 'drain', ink: 'ink' },
  MAINT: { words: 'MAINT', fill: 'maint', ink: 'ink' },
  'not known': { words: 'not known', fill: 'panel', ink: 'ink' },
};

/** What the observer saw of each database copy: role, timeline or epoch, absence. */
export function copiesPanel(frame: Frame, lanes: readonly Lane<CopyState>[]): Panel {
  return lanesPanel({
    frame,
    lanes,
    title: 'database copies',
    looks: COPY_LOOKS,
    lookOf: (state) => COPY_LOOKS[state.role],
    wordings: ({ role, timeline, epoch }) => {
      const lineage = timeline !== undefined ? `timeline ${timeline}` : epoch !== undefined ? `epoch ${epoch}` : '';
      return lineage === '' ? [role] : [`${role}, ${lineage}`, role];
    },
  });
}

/** What the load balancer said of each backend. */
export function backendsPanel(frame: Frame, lanes: readonly Lane<BackendState>[]): Panel {
  return lanesPanel({
    frame,
    lanes,
    title: 'load balancer',
    looks: BACKEND_LOOKS,
    lookOf: ({ status }) => BACKEND_LOOKS[status],
    wordings: ({ status }) => [status],
  });
}

function lanesPanel<State>({
  frame,
  lanes,
  title,
  looks,
  lookOf,
  wordings,
}: {
  frame: Frame;
  lanes: readonly Lane<State>[];
  title: string;
  looks: Record<string, Look>;
  lookOf: (state: State) => Look;
  wordings: (state: State) => string[];
}): Panel {
  const shown = lanes.slice(0, MOST_LANES);
  const names = shown.map(({ name }, at) => `${at}:${name}`);
  const spans = shown.flatMap(({ segments }, at) =>
    segments
      .map(({ start, end, state }): Span => ({
        from: start / 1e6,
        to: end / 1e6,
        lane: names[at]!,
        look: lookOf(state),
        wordings: wordings(state),
      }))
      .filter(({ from, to }) => to >= frame.from && from <= frame.to)
      .map((span) => ({ ...span, from: Math.max(span.from, frame.from), to: Math.min(span.to, frame.to) })),
  );
  const width = ({ from, to }: Span) => xOf(frame, to) - xOf(frame, from);
  const used = Object.values(looks).filter((look) => spans.some((span) => span.look === look));
  const more = lanes.length - shown.length;
  return panel({
    frame,
    title: more > 0 ? `${title} (and ${more} more)` : title,
    legend: used.map((look) => ({ words: look.words, fill: colour(look.fill) })),
    height: 12 + LANE * Math.max(1, names.length),
    boundaries: 'behind',
    y: { type: 'band', domain: names, axis: null, paddingInner: 0.22, paddingOuter: 0.1 },
    marks: [
      Plot.axisY({ tickSize: 0, tickPadding: 6, label: null, fill: colour('ink'), tickFormat: (name: string) => shortName(name, frame) }),
      ...used.map((look) =>
        Plot.barX(
          spans.filter((span) => span.look === look),
          {
            x1: 'from',
            x2: 'to',
            y: 'lane',
            fill: colour(look.fill),
            stroke: colour('page'),
            strokeWidth: 0.6,
            title: ({ lane, wordings: [words], from, to }: Span) =>
              `${lane.replace(/^\d+:/, '')}: ${words}, ${seconds(from * 1e6)} to ${seconds(to * 1e6)}`,
          },
        ),
      ),
      Plot.text(spans, {
        x: (span: Span) => (span.from + span.to) / 2,
        y: 'lane',
        text: (span: Span) => fitting(span.wordings, width(span) - 6),
        fill: (span: Span) => colour(span.look.ink),
      }),
    ],
  });
}

function shortName(lane: string, frame: Frame): string {
  const name = plain(lane.replace(/^\d+:/, ''));
  const room = Math.floor((frame.left - 8) / textWidth('n'));
  return name.length <= room ? name : `${name.slice(0, room - 1)}…`;
}
