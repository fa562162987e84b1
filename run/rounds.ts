import { drawSchedule } from '../faults/schedule/draw.ts';
import type { Schedule } from '../faults/schedule/schedule.ts';
import type { Shape } from '../faults/schedule/shape.ts';
import type { ReplicationMode } from '../topology/model.ts';

/** What a soak is asked for: rounds of a seed until the time is over, one of them, or a schedule. */
export interface Asked {
  seed: number;
  forMs: number;
  round?: number;
  schedule?: { name: string; schedule: Schedule };
  /** in place of the replication that was drawn */
  replication?: ReplicationMode;
  /** options of the lab that it is played on, where they are not the usual ones: what fails may not fail on another */
  lab?: readonly string[];
}

/** A schedule to play, with the name of its run and the options that play it again. */
export interface Round {
  title: string;
  schedule: Schedule;
  again: string;
  /** those of them that choose the lab */
  lab: readonly string[];
}

/** The rounds of a soak, one after the other; a round that has begun before the time is over is the last one. */
export function* roundsOf(asked: Asked, shape: Shape, nowMs: () => number = () => performance.now()): Generator<Round> {
  const { seed, forMs, round, schedule, replication, lab = [] } = asked;
  const on = (drawn: Schedule): Schedule =>
    replication === undefined ? drawn : { ...drawn, reference: { ...drawn.reference, replication } };
  const beside = [...(replication === undefined ? [] : ['--replication', replication]), ...lab];
  const again = (...choice: string[]): string => [...choice, ...beside].join(' ');
  if (schedule !== undefined) {
    yield { title: `schedule ${schedule.name}`, schedule: on(schedule.schedule), again: again('--schedule', schedule.name), lab };
    return;
  }
  const nth = (number: number): Round => ({
    title: `soak, seed ${seed}, round ${number}`,
    schedule: on(drawSchedule({ seed, round: number, shape })),
    again: again('--seed', String(seed), '--round', String(number)),
    lab,
  });
  if (round !== undefined) {
    yield nth(round);
    return;
  }
  const start = nowMs();
  for (let number = 1; nowMs() - start < forMs; number++) yield nth(number);
}
