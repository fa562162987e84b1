import { messageOf } from '../../support/errors.ts';
import { interruption } from '../../support/interrupt.ts';
import type { Topology } from '../../topology/model.ts';
import { KILLED, KILLED_WITH_HEALER, STATES, allCells, randomTenth, type Cell, type Killed } from './cells.ts';
import { runCell, type Outcome } from './matrix.ts';
import { MECHANISMS } from './mechanisms.ts';

/** How often everything is killed, and how often a random tenth of it. */
export interface Passes {
  passes: number;
  tenths: number;
  /** cells of this mechanism alone */
  only?: string;
}

/** What became of one cell, or why it failed. */
export type Held = Cell & ({ outcome: Outcome } | { error: string });

/** Runs the whole matrix several times, and random tenths of it; labs share the cells. What failed is said at once, and the rest goes on. */
export async function runPasses(
  labs: readonly Topology[],
  { passes, tenths, only }: Passes,
  progress: (message: string) => void,
): Promise<Held[]> {
  const whole = allCells().filter(({ mechanism }) => only === undefined || mechanism.name === only);
  const queue = [...Array.from({ length: passes }, () => whole).flat(), ...Array.from({ length: tenths }, () => randomTenth(whole)).flat()];
  const total = queue.length;
  const held: Held[] = [];
  const ends = await Promise.allSettled(
    labs.map(async (topology) => {
      for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
        interruption.signal.throwIfAborted();
        const one = await holds(topology, cell);
        held.push(one);
        progress(`${held.length} of ${total}: ${nameOf(cell)}: ${'error' in one ? `FAILED: ${one.error}` : secondsOf(one.outcome)}`);
      }
    }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return held;
}

async function holds(topology: Topology, cell: Cell): Promise<Held> {
  try {
    return { ...cell, outcome: await runCell(topology, cell) };
  } catch (error) {
    return { ...cell, error: messageOf(error) };
  }
}

/** Two tables in Markdown: the longest seconds to clean of each cell, without and with the healer killed. */
export function tablesOf(held: readonly Held[]): string {
  return [KILLED, KILLED_WITH_HEALER].map((killed) => tableOf(held, killed)).join('\n\n');
}

function tableOf(held: readonly Held[], killed: readonly Killed[]): string {
  const lines = MECHANISMS.flatMap((mechanism) =>
    STATES.flatMap((state) => {
      const row = held.filter((one) => one.mechanism.name === mechanism.name && one.state === state);
      if (row.length === 0) return [];
      return [`| ${[mechanism.name, state, ...killed.map((name) => longest(row.filter((one) => one.killed === name)))].join(' | ')} |`];
    }),
  );
  return [`| mechanism | killed at | ${killed.join(' | ')} |`, `|---|---|${killed.map(() => '---|').join('')}`, ...lines].join('\n');
}

function longest(cells: readonly Held[]): string {
  if (cells.some((cell) => 'error' in cell)) return 'FAILED';
  const outcomes = cells.flatMap((cell) => ('outcome' in cell ? [cell.outcome] : []));
  const last = outcomes.toSorted((a, b) => b.seconds - a.seconds)[0];
  return last === undefined ? '–' : secondsOf(last);
}

function secondsOf({ seconds, started, byHand }: Outcome): string {
  const times = started === undefined ? seconds.toFixed(2) : `${started.toFixed(2)} / ${seconds.toFixed(2)}`;
  return byHand ? `${times} by hand` : times;
}

function nameOf({ mechanism, state, killed }: Cell): string {
  return `${mechanism.name}, ${killed} killed at "${state}"`;
}
