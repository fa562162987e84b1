import { fromNow, lengthText } from '../faults/schedule/draw.ts';
import { scheduleText, type Schedule, type Step } from '../faults/schedule/schedule.ts';
import { parseDuration } from '../support/durations.ts';
import { ddmin } from './ddmin.ts';

/** A fault that is shorter may end before it was proven; ms. */
const SHORTEST_MS = 3_000;

/**
 * A smaller schedule that still fails: fewer faults first, then without the wait before the first, then shorter ones, all at once and each by itself.
 * `fails` is asked of no schedule twice; to end early it says no.
 */
export async function shrink(schedule: Schedule, fails: (candidate: Schedule) => Promise<boolean>): Promise<Schedule> {
  const asked = new Map<string, Promise<boolean>>([[scheduleText(schedule), Promise.resolve(true)]]);
  const stillFails = (steps: readonly Step[]): Promise<boolean> => {
    const candidate = { ...schedule, steps: [...steps] };
    const key = scheduleText(candidate);
    const answer = asked.get(key) ?? fails(candidate);
    asked.set(key, answer);
    return answer;
  };
  let steps = await ddmin(schedule.steps, stillFails);
  const attempt = async (smaller: readonly Step[]): Promise<boolean> => {
    const isSmaller = JSON.stringify(smaller) !== JSON.stringify(steps);
    if (!isSmaller || !(await stillFails(smaller))) return false;
    steps = [...smaller];
    return true;
  };
  await attempt(fromNow(steps));
  while (await attempt(steps.map(halved)));
  for (let index = 0; index < steps.length; index++) {
    while (await attempt(steps.map((step, other) => (other === index ? halved(step) : step))));
  }
  return { ...schedule, steps };
}

function halved(step: Step): Step {
  if (step.for === undefined) return step;
  const ms = parseDuration(step.for);
  return ms <= SHORTEST_MS ? step : { ...step, for: lengthText(Math.max(SHORTEST_MS, Math.round(ms / 2))) };
}
