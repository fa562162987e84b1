import { setTimeout as sleep } from 'node:timers/promises';
import { RefusedError } from '../faults/inject.ts';
import type { PlannedStep } from '../faults/schedule/schedule.ts';
import { HoldfastError, messageOf } from '../support/errors.ts';
import { interruption } from '../support/interrupt.ts';
import type { Run } from './run.ts';

/** Injects each fault of a schedule at its time, whatever the others do. One that is refused then is noted and left out; one that is injected and not proven is an error. */
export async function carryOut(run: Pick<Run, 'inject' | 'leaveOut' | 'leftOut'>, planned: readonly PlannedStep[]): Promise<void> {
  const start = performance.now();
  const courses = planned.map(async ({ step, spec }): Promise<void> => {
    await sleep(Math.max(0, start + step.at - performance.now()), undefined, { signal: interruption.signal });
    try {
      await run.inject(spec, step.for === undefined ? {} : { for: step.for });
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      run.leaveOut({ fault: step.fault, target: step.target, reason: error.message });
    }
  });
  const failed = (await Promise.allSettled(courses)).flatMap((course) => (course.status === 'rejected' ? [messageOf(course.reason)] : []));
  if (failed.length > 0) throw new HoldfastError(failed.join('; '));
  if (run.leftOut.length === planned.length)
    throw new HoldfastError('every fault of the schedule was refused: expected at least one to be injected, or this was no test');
}
