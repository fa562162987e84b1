import type { Floors } from '../record/format.ts';
import { percent } from './numbers.ts';

/** The least evidence that a run demanded, in the words of a report; `acksWithinMs`: over how long acknowledgements before a fault are counted. */
export function floorsOf(
  {
    addsPerSecond,
    readsPerSecond,
    coverage,
    samplesPerSecond,
    acksBeforeFault,
    failedCalls,
    askedAgain,
    askedOfEach,
    strangers,
    connectsPerSecond,
  }: Floors,
  acksWithinMs: number,
): string[] {
  return [
    addsPerSecond === undefined ? '' : `${addsPerSecond} adds a second in each phase`,
    readsPerSecond === undefined ? '' : `${readsPerSecond} reads a second in each phase`,
    coverage === undefined ? '' : `${percent(coverage, 0)} of acknowledged writes refutable by a read`,
    samplesPerSecond === undefined ? '' : `${samplesPerSecond} looks a second at each copy and at the load balancer`,
    acksBeforeFault === undefined ? '' : `${acksBeforeFault} writes acknowledged in the last ${acksWithinMs} ms before the fault`,
    askedAgain === undefined ? '' : `${percent(askedAgain, 0)} of what was acknowledged before the faults asked for again after them`,
    askedOfEach === undefined ? '' : `${askedOfEach} reads answered by each member before and after the faults, and after each return`,
    strangers === undefined ? '' : `${percent(strangers, 0)} of the reads for what nobody has acknowledged`,
    connectsPerSecond === undefined ? '' : `${connectsPerSecond} connections opened a second before and after the faults`,
    failedCalls === undefined ? '' : `${failedCalls.toLocaleString('en')} calls that fail while faults last`,
  ].filter((words) => words !== '');
}
