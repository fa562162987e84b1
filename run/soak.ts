import { randomBytes } from 'node:crypto';
import { shapeOf } from '../faults/schedule/shape.ts';
import { EXIT, UsageError } from '../support/errors.ts';
import { interruption } from '../support/interrupt.ts';
import type { Topology } from '../topology/model.ts';
import { playRound, type RoundOutcome } from './round.ts';
import { roundsOf, type Asked, type Round } from './rounds.ts';
import { exitCodeOf } from './session.ts';
import { shrinkLive } from './shrink-live.ts';
import { failureOf, roundEnd, roundHead } from './soak-words.ts';

export interface SoakPlan extends Asked {
  /** where a round fails, look for a smaller schedule in so many tries, once for each class of finding; 0: do not */
  tries: number;
}

type Play = (round: Round) => Promise<RoundOutcome>;

/** Plays rounds of random faults on a topology, one after the other, and says what comes of each; gives every outcome, and the exit code over all. */
export async function soak(
  topology: Topology,
  plan: SoakPlan,
  say: (text: string) => void,
): Promise<{ code: number; session: string; outcomes: RoundOutcome[] }> {
  if (topology.pattern !== 'recommended')
    throw new UsageError(
      `soak: expected a lab of the recommended pattern, "${topology.name}" is of the ${topology.pattern} one: choose another --name`,
    );
  const session = randomBytes(6).toString('hex');
  const outcomes = await playRounds(roundsOf(plan, shapeOf(topology)), {
    tries: plan.tries,
    play: (round) => playRound(topology, { ...round, session }),
    // what is tried for the sake of a smaller schedule is no result of the soak
    tryOut: (round) => playRound(topology, round),
    say,
  });
  return { code: exitCodeOf(outcomes), session, outcomes };
}

/** Plays rounds until there are no more, the lab is past playing on, or a person interrupts; shrinks what fails where that is asked for. */
export async function playRounds(
  rounds: Iterable<Round>,
  { tries, play, tryOut, say }: { tries: number; play: Play; tryOut: Play; say: (text: string) => void },
): Promise<RoundOutcome[]> {
  const outcomes: RoundOutcome[] = [];
  const shrunk = new Set<string>();
  for (const round of rounds) {
    say(roundHead(round));
    const outcome = await play(round);
    if (interruption.signal.aborted) break;
    outcomes.push(outcome);
    say(roundEnd(round, outcome));
    if (isPast(outcomes)) break;
    const failure = failureOf(outcome);
    if (tries === 0 || failure === undefined || outcome.folder === undefined || shrunk.has(failure)) continue;
    shrunk.add(failure);
    await shrinkLive({ round, failure, folder: outcome.folder }, { tries, play: tryOut, say });
  }
  return outcomes;
}

/** A lab that cannot be healed, or twice in a row let no round come to a verdict, would spoil every later one. */
function isPast(outcomes: readonly RoundOutcome[]): boolean {
  const last = outcomes.slice(-2);
  return exitCodeOf(last.slice(-1)) === EXIT.unhealed || (last.length === 2 && last.every(({ verdict }) => verdict === undefined));
}
