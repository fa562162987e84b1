import type { Run } from '../record/format.ts';
import { xOf, type Frame, type Panel } from './panel.ts';
import { element, fitting, label } from './svg.ts';
import { colour } from './theme.ts';

type Phase = NonNullable<Run['phases']>[number];

/** The phases that are judged, as a strip of named stretches; warm-up lies before the first. */
export function phasesPanel(frame: Frame, phases: readonly Phase[]): Panel {
  const first = phases.reduce((least, { start }) => Math.min(least, start), Infinity);
  const last = phases.reduce((most, { end }) => Math.max(most, end), -Infinity);
  const named = [
    { name: 'warm-up', start: frame.from * 1e6, end: first, counted: false },
    ...phases.map((phase) => ({ ...phase, counted: true })),
    { name: 'not counted', start: last, end: frame.to * 1e6, counted: false },
  ];
  const cells = named.flatMap(({ name, start, end, counted }) => {
    const [x1, x2] = [xOf(frame, start / 1e6), xOf(frame, end / 1e6)];
    if (x2 - x1 < 2) return [];
    const ground = element('rect', { x: x1 + 0.5, y: 0, width: x2 - x1 - 1, height: 20, rx: 2, fill: colour(counted ? 'line' : 'panel') }, [
      element('title', {}, [name]),
    ]);
    const words = fitting([name], x2 - x1 - 4);
    return words === ''
      ? [ground]
      : [ground, label((x1 + x2) / 2, 14, words, { 'text-anchor': 'middle', fill: colour(counted ? 'ink' : 'muted') })];
  });
  return {
    height: 22,
    node: element('g', {}, [label(0, 14, 'phases', { 'font-size': 12, 'font-weight': 600, fill: colour('ink') }), ...cells]),
  };
}
