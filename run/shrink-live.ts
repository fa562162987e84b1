import { join, relative } from 'node:path';
import { scheduleText, type Schedule } from '../faults/schedule/schedule.ts';
import { scheduleTable } from '../faults/schedule/table.ts';
import { writeAtomic } from '../support/files.ts';
import { interruption } from '../support/interrupt.ts';
import { giveToUser } from '../support/user.ts';
import type { RoundOutcome } from './round.ts';
import type { Round } from './rounds.ts';
import { shrink } from './shrink.ts';
import { failsBy, stepsInWords } from './soak-words.ts';

/** No try begins later than this; ms. */
const LONGEST_MS = 45 * 60_000;

/** A round that failed, by which class of finding, and where its record is. */
export interface Failed {
  round: Round;
  failure: string;
  folder: string;
}

/** Looks for a smaller schedule that fails by the same class of finding, each candidate played; writes the smallest into the record of the round that failed, and says how to play it. */
export async function shrinkLive(
  { round, failure, folder }: Failed,
  { tries: mostTries, play, say }: { tries: number; play: (round: Round) => Promise<RoundOutcome>; say: (text: string) => void },
): Promise<Schedule> {
  const start = performance.now();
  let tries = 0;
  let ended = false;
  const fails = async (schedule: Schedule): Promise<boolean> => {
    ended ||= tries >= mostTries || performance.now() - start > LONGEST_MS || interruption.signal.aborted;
    if (ended) return false;
    const smaller: Round = { ...round, schedule, title: `${round.title}, smaller, try ${++tries}` };
    const outcome = await play(smaller);
    const same = failsBy(failure, outcome);
    say(
      `  try ${tries}: ${stepsInWords(smaller)}: ${outcome.verdict?.verdict ?? outcome.error}${same ? `, by ${failure} again: kept` : ''}`,
    );
    return same;
  };
  say(`\nlooking for a smaller schedule that fails by ${failure}`);
  const smallest = await shrink(round.schedule, fails);
  const file = join(folder, 'evidence/smallest.json');
  writeAtomic(file, scheduleText(smallest));
  giveToUser(file);
  const end = ended ? `ended after ${tries} tries, and a smaller one may exist` : `nothing smaller failed, after ${tries} tries`;
  say(
    `smallest that fails by ${failure} (${end}): ${scheduleTable(smallest)}\n  again: holdfast soak ${['--schedule', relative(process.cwd(), file), ...round.lab].join(' ')}`,
  );
  return smallest;
}
