import { join } from 'node:path';
import { planSteps, scheduleText, type Schedule } from '../faults/schedule/schedule.ts';
import { steady } from '../load/profiles.ts';
import type { LeftOut } from '../record/format.ts';
import { messageOf } from '../support/errors.ts';
import { writeAtomic } from '../support/files.ts';
import { giveToUser } from '../support/user.ts';
import type { Topology } from '../topology/model.ts';
import { carryOut } from './course.ts';
import { Run } from './run.ts';
import type { Outcome } from './session.ts';

/** What became of a round; without a verdict it has an error. */
export interface RoundOutcome extends Outcome {
  leftOut: readonly LeftOut[];
}

const WRITES_PER_SECOND = 70;
const PUTS_PER_SECOND = 15;

/** Every kind of operation that the verdict has rules for, at rates that leave two cores room for faults, their proofs and a surge beside them. */
const LOAD = steady({
  writesPerSecond: WRITES_PER_SECOND,
  readsPerSecond: 140,
  putsPerSecond: PUTS_PER_SECOND,
  getsPerSecond: 30,
  listsPerSecond: 5,
  tokenShare: 0.5,
  retries: { most: 1, pauseMs: 1000 },
});

/**
 * Writes that wait at a leader that is cut off until it stands down, as it does within the 10 s for which Patroni tries to reach the store: it shows them
 * as a standby until it is rewound.
 */
const SHOWN_UNCONFIRMED = 10 * (WRITES_PER_SECOND + PUTS_PER_SECOND);

/** Plays one schedule as an ordinary run: load, the faults at their times, until the service is stable; judged by its record. Nothing is promised of availability. */
export async function playRound(
  topology: Topology,
  { schedule, title, session }: { schedule: Schedule; title: string; session?: string },
): Promise<RoundOutcome> {
  const planned = planSteps(topology, schedule);
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  let folder: string | undefined;
  try {
    const of = session === undefined ? {} : { session };
    const seed = schedule.seed === undefined ? {} : { seed: schedule.seed };
    using run = await Run.open(topology, { scenario: title, reference: schedule.reference, ...of, ...seed });
    folder = run.folder;
    // a fault may fall while no write is acknowledged for an earlier one's sake
    await run.promise({ lost: 0, stalePrimary: 0, shownUnconfirmed: SHOWN_UNCONFIRMED }, { acksBeforeFault: 0 });
    writeAtomic(join(folder, 'evidence/schedule.json'), scheduleText(schedule));
    await run.load(LOAD, () => carryOut(run, planned));
    return { title, folder, verdict: await run.judge(), leftOut: run.leftOut, seconds: seconds() };
  } catch (error) {
    return { title, error: messageOf(error), leftOut: [], seconds: seconds(), ...(folder === undefined ? {} : { folder }) };
  } finally {
    if (folder !== undefined) giveToUser(folder);
  }
}
