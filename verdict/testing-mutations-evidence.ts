import type { Mutation } from './testing-mutation.ts';
import type { World } from './testing-model.ts';
import { steady, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** Ways to take away what a verdict rests on, or to let it contradict itself: nothing is broken, and nothing shown. */
export const EVIDENCE_MUTATIONS: readonly Mutation[] = [
  doubtful('lose the end of the history', ({ sketch }) => ({ ...sketch, end: null })),
  doubtful('lose the effect of the fault', (world) => journalled(world, (lines) => lines.filter(({ state }) => state !== 'verified'))),
  doubtful('prove the fault before it was applied', (world) =>
    journalled(world, (lines) => lines.map((line) => (line.state === 'verified' ? { ...line, at: atOf(lines, 'applied') - 1 } : line))),
  ),
  doubtful('prove the fault after it was gone', (world) =>
    journalled(world, (lines) => lines.map((line) => (line.state === 'verified' ? { ...line, at: atOf(lines, 'gone') + 1 } : line))),
  ),
  doubtful('apply the fault a second time, and say so only once', (world) =>
    journalled(world, (lines) => [...lines, { ...lines.find(({ state }) => state === 'applied'), at: atOf(lines, 'gone') - 1 }]),
  ),
  doubtful('call a copy gone that was watched to the end', ({ sketch, truth, replica }) => ({
    ...sketch,
    run: { ...sketch.run, copies: { [truth]: 'primary', [replica]: 'gone' } },
  })),
];

function doubtful(what: string, spoil: (world: World) => Sketch): Mutation {
  return { what, class: 'vacuous', doubts: ['vacuous'], spoil };
}

/** The record, or one with a fault where it has none, with another journal. */
function journalled({ sketch }: World, change: (lines: Line[]) => Line[]): Sketch {
  const whole = sketch.faults?.length === 0 ? steady() : sketch;
  return { ...whole, faults: change(whole.faults ?? []) };
}

function atOf(lines: readonly Line[], state: string): number {
  return Number(lines.find((line) => line.state === state)?.at);
}
