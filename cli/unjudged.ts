import { basename } from 'node:path';
import { isUnjudged, type Outcome } from '../run/session.ts';
import type { Tally } from './checks.ts';

/** A scenario of a profile as it ended, and how it ended when it was run once more. */
export interface Attempt {
  outcome: Outcome;
  again?: readonly Outcome[];
}

/** How many of so many scenarios an overloaded machine may leave unjudged: a fifth. Of more, none has shown anything. */
export function mostUnjudged(scenarios: number): number {
  return Math.floor(scenarios / 5);
}

/** Runs a profile (`run` of no names), and once more each of its scenarios that an overloaded machine left unjudged, if those are at most so many: what failed, or is inconclusive for another reason, is never run again. */
export async function attempts(
  run: (scenarios: readonly string[]) => Promise<readonly Outcome[]>,
  { most, say }: { most: number; say: (message: string) => void },
): Promise<Attempt[]> {
  const first = await run([]);
  const unjudged = first.filter(isUnjudged);
  const names = unjudged.flatMap(({ file }) => (file === undefined ? [] : basename(file, '.spec.ts')));
  if (names.length === 0 || unjudged.length > most) return first.map((outcome) => ({ outcome }));
  say(`not judged, for the machine was overloaded; run once more: ${names.join(', ')}`);
  const second = await run(names);
  return first.map((outcome) =>
    isUnjudged(outcome) ? { outcome, again: second.filter(({ title }) => title === outcome.title) } : { outcome },
  );
}

/** Counts the scenarios of profiles; one without any is a failure. What an overloaded machine left unjudged counts as it ended when it was run once more, and as failed if that told nothing either, or if it is more than a fifth of all. */
export function tallyOf(profiles: readonly (readonly Attempt[])[], say: (message: string) => void): Tally {
  const all = profiles.flat();
  for (const { outcome } of all) if (outcome.skipped !== undefined) say(`skipped: ${outcome.title}: ${outcome.skipped}`);
  const ran = all.filter(({ outcome }) => outcome.skipped === undefined);
  const unjudged = ran.filter(({ outcome }) => isUnjudged(outcome));
  const tooMany = unjudged.length > mostUnjudged(ran.length);
  if (tooMany)
    say(
      `failed: ${unjudged.length} of ${ran.length} scenarios were not judged, for the machine was overloaded; expected at most a fifth: give it more processors, or nothing else to do`,
    );
  for (const attempt of unjudged) say(`${wordOf(attempt)}: ${attempt.outcome.title}`);
  const passed = ran.filter((attempt) => (isUnjudged(attempt.outcome) ? !tooMany && heldAgain(attempt) : isHeld(attempt.outcome))).length;
  const empty = profiles.filter((profile) => profile.every(({ outcome }) => outcome.skipped !== undefined)).length;
  return { passed, failed: ran.length - passed + empty };
}

/** The profiles without what was left unjudged in the end, each told: for a machine that others share, whose load is nobody's fault here. */
export function withoutUnjudged(profiles: readonly (readonly Attempt[])[], say: (message: string) => void): (readonly Attempt[])[] {
  const isLeft = ({ outcome, again = [] }: Attempt): boolean => isUnjudged(outcome) && (again.length === 0 || again.some(isUnjudged));
  for (const { outcome } of profiles.flat().filter(isLeft)) say(`not judged, and not counted: ${outcome.title}`);
  return profiles.map((profile) => profile.filter((attempt) => !isLeft(attempt))).filter((profile) => profile.length > 0);
}

function isHeld({ verdict }: Outcome): boolean {
  return verdict?.held === true;
}

function heldAgain({ again = [] }: Attempt): boolean {
  return again.length > 0 && again.every(isHeld);
}

function wordOf(attempt: Attempt): string {
  const { again = [] } = attempt;
  if (heldAgain(attempt)) return 'not judged, then passed';
  if (again.length === 0) return 'failed: not judged, and not run once more';
  return again.some(isUnjudged) ? 'failed: not judged twice in a row' : 'failed: not judged, then failed';
}
