import { diceOf, type Dice } from './dice.fixture.ts';
import type { Kill } from './command.fixture.ts';
import { MISTAKES } from './mistakes/all.fixture.ts';
import type { Mistake } from './mistake.fixture.ts';
import type { Settings } from './sites.fixture.ts';

/** What is tried in a course, drawn from a seed alone. */
export interface Course {
  seed: number;
  version: number;
  synchronous: boolean;
  mistakes: Mistake[];
  /** of the command and of those that take it up */
  kills: Kill[];
  options: string[];
  /** the way back is tried too */
  andBack: boolean;
}

/** Steps of the longest runbook, and a few more: some kills come too late. */
const STEPS = 16;
const MOST_MS = 4_000;

/** Draws a course; `only` draws among mistakes whose name or kind holds that text. */
export function drawCourse(seed: number, { versions, only = '' }: { versions: readonly number[]; only?: string }): Course {
  const dice = diceOf(seed);
  const version = dice.pick(versions);
  const synchronous = dice.chance(0.5);
  const known = MISTAKES.filter(
    ({ name, kind, only: where }) =>
      `${kind} ${name}`.includes(only) &&
      version >= (where?.since ?? 0) &&
      (where?.synchronous === undefined || where.synchronous === synchronous),
  );
  const mistakes = drawMistakes(dice, known);
  return {
    seed,
    version,
    synchronous,
    mistakes,
    kills: dice.chance(0.5) ? Array.from({ length: dice.whole(1, 3) }, () => drawKill(dice)) : [],
    options: dice.chance(0.15) ? ['--accept-loss'] : [],
    andBack: dice.chance(0.5),
  };
}

/** The settings that the servers of a course start with. */
export function settingsOf({ mistakes }: Pick<Course, 'mistakes'>): Settings {
  const of = (site: 'a' | 'b'): Record<string, string> =>
    Object.assign({}, ...mistakes.map(({ settings }) => settings?.[site] ?? {})) as Record<string, string>;
  return { a: of('a'), b: of('b') };
}

/** A course in words, for whoever plays it again. */
export function inWords({ version, synchronous, mistakes, kills, options, andBack }: Course): string {
  const killed = kills.map((kill) => ('atMs' in kill ? `${kill.atMs} ms` : `line ${kill.atStep}`));
  return [
    `PostgreSQL ${version}, ${synchronous ? 'synchronous' : 'asynchronous'}`,
    ...mistakes.map(({ kind, name }) => `${kind}: ${name}`),
    ...(killed.length > 0 ? [`killed at ${killed.join(', ')}`] : []),
    ...options,
    ...(andBack ? ['and back'] : []),
  ].join('; ');
}

function drawMistakes(dice: Dice, known: readonly Mistake[]): Mistake[] {
  // most have one: of several the first hides the others
  const wanted = dice.pick([0, 1, 1, 1, 1, 1, 2, 2, 3]);
  let left = [...known];
  const drawn: Mistake[] = [];
  while (drawn.length < wanted && left.length > 0) {
    const kinds = [...new Set(left.map(({ kind }) => kind))];
    const kind = dice.pick(kinds);
    drawn.push(dice.pick(left.filter((one) => one.kind === kind)));
    left = left.filter((one) => one.kind !== kind);
  }
  // what happens to a server comes when the rest is made
  return drawn.toSorted((one, other) => Number(one.atLast ?? false) - Number(other.atLast ?? false));
}

function drawKill(dice: Dice): Kill {
  return dice.chance(0.5) ? { atMs: dice.whole(200, MOST_MS) } : { atStep: dice.whole(1, STEPS) };
}
