import { faultNamed } from '../catalogue.ts';
import { alternatives, choices } from './choices.ts';
import { agree, type Claiming } from './claims.ts';
import { Dice } from './dice.ts';
import type { Drawn } from './drawn.ts';
import { SCHEDULE_FORMAT, type Schedule, type Step } from './schedule.ts';
import type { Shape } from './shape.ts';

/** The last fault begins no later than this after the first may; ms. */
const SPAN_MS = 24_000;
const LEAST_CHOICES = 2;
const MOST_CHOICES = 5;
/** Times and lengths are multiples of this; ms. */
const GRID_MS = 500;
/** A schedule that is full takes nothing more, however often it is asked. */
const ATTEMPTS = 60;

/** The schedule of a round: the same seed, round and shape give the same, on any machine and at any time. */
export function drawSchedule({ seed, round, shape }: { seed: number; round: number; shape: Shape }): Schedule {
  const dice = new Dice(seed, round);
  const reference: Schedule['reference'] = {
    routing: dice.chance(70) ? 'active-active' : 'active-passive',
    replication: 'strict',
    commit: dice.chance(75) ? 'on' : 'remote_apply',
  };
  const wanted = dice.between(LEAST_CHOICES, MOST_CHOICES);
  const taken: (Claiming & { step: Step })[] = [];
  for (let attempt = 0, chosen = 0; attempt < ATTEMPTS && chosen < wanted; attempt++) {
    const at = dice.between(0, SPAN_MS / GRID_MS) * GRID_MS;
    const drawn = [dice.weighted(choices).draw(dice, shape)].flat().map((fault) => placed(dice, fault, at));
    if (drawn.length === 0 || !drawn.every((one) => taken.every((other) => agree(one, other)))) continue;
    taken.push(...drawn);
    chosen++;
  }
  const steps = fromNow(taken.map(({ step }) => step)).map((step) => {
    const other = alternatives[step.fault];
    return other !== undefined && dice.chance(50) ? { ...step, fault: other } : step;
  });
  return { format: SCHEDULE_FORMAT, seed, round, reference, steps };
}

/** Steps in the order of time, the first one at once. */
export function fromNow(steps: readonly Step[]): Step[] {
  const first = Math.min(...steps.map(({ at }) => at));
  return steps.map((step) => ({ ...step, at: step.at - first })).sort((one, other) => one.at - other.at);
}

function placed(dice: Dice, { after = 0, fault, target, options, lengthMs, claims }: Drawn, from: number): Claiming & { step: Step } {
  const { kind } = faultNamed(fault);
  const length = lengthMs === undefined ? 0 : dice.between(lengthMs[0] / GRID_MS, lengthMs[1] / GRID_MS) * GRID_MS;
  const at = from + after;
  const step = { at, fault, target, ...(options === undefined ? {} : { options }), ...(length === 0 ? {} : { for: lengthText(length) }) };
  return { at, lengthMs: length, kind, claims, step };
}

/** Milliseconds as schedules write them. */
export function lengthText(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
