import { FAULT_OPTIONS } from '../fault.ts';
import type { Schedule, Step } from './schedule.ts';

/** A schedule as people read it: a line a step, in the order of time. */
export function scheduleTable({ reference: { routing, replication, commit }, steps }: Schedule): string {
  const rows = [['at', 'fault', 'on', 'for', 'with'], ...inOrder(steps).map(cells)];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === 3 ? cell.padStart(widths[column] as number) : cell.padEnd(widths[column] as number),
      )
      .join('  ')
      .trimEnd(),
  );
  return [`${routing}, ${replication} replication, commit level ${commit}`, ...lines].join('\n');
}

/** One step in words, as in `freeze primary for 10s`. */
export function stepWords({ fault, target, for: length, ...step }: Step): string {
  return [`${fault} ${target}`, optionWords(step.options), length === undefined ? '' : `for ${length}`]
    .filter((part) => part !== '')
    .join(' ');
}

function cells({ at, fault, target, for: length, options }: Step): string[] {
  return [`${(at / 1000).toFixed(1)} s`, fault, target, length ?? '–', optionWords(options)];
}

function optionWords(options: Step['options'] = {}): string {
  return FAULT_OPTIONS.flatMap((option) => (options[option] === undefined ? [] : [`${option} ${String(options[option])}`])).join(', ');
}

function inOrder(steps: readonly Step[]): Step[] {
  return [...steps].sort((one, other) => one.at - other.at);
}
