import { Option } from 'commander';
import { UsageError } from '../support/errors.ts';

/** Sets of scenarios by the tag that their specs carry, and how often each of them runs. */
export const PROFILES = {
  quick: { tag: '@quick', repeat: 1 },
  nightly: { tag: '@nightly', repeat: 1 },
  release: { tag: '@nightly', repeat: 3 },
} as const;

export type ProfileName = keyof typeof PROFILES;

export const profileOption = (): Option =>
  new Option(
    '--profile <profile>',
    'which scenarios: quick (default), nightly (all, controls included), release (nightly, each three times unless --repeat says otherwise)',
  ).choices(Object.keys(PROFILES));

/** What is to run: a profile, or scenarios by name; `repeat` is how often each does. */
export interface Choice {
  /** names, as the files have them; none: the profile */
  scenarios: readonly string[];
  profile?: ProfileName;
  repeat?: number;
}

/** The profile that was chosen, and how often its scenarios run; names and a profile exclude each other. */
export function profileOf({ scenarios, profile, repeat }: Choice): { profile: ProfileName | undefined; repeat: number } {
  if (scenarios.length > 0 && profile !== undefined) {
    throw new UsageError(
      `expected names of scenarios or a profile, not both; came "${scenarios.join(' ')}" and --profile ${profile}: leave one of them out`,
    );
  }
  if (scenarios.length > 0) return { profile: undefined, repeat: repeat ?? 1 };
  const chosen = profile ?? 'quick';
  return { profile: chosen, repeat: repeat ?? PROFILES[chosen].repeat };
}
