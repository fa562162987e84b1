import type { Claims } from './claims.ts';
import type { Dice } from './dice.ts';
import type { Lengths, Place } from './drawn.ts';
import type { Shape } from './shape.ts';

/** Long enough to be noticed by all, and short enough that a round has room for others; ms. */
export const SHORT: Lengths = [3_000, 12_000];
/** An outage of everything; ms. */
export const BRIEF: Lengths = [3_000, 6_000];

/** One site after the other: the fault that takes the last healthy one is refused. */
export const SITES: Claims = { sites: 'alone' };

export function aSite(dice: Dice, { sites }: Shape): Place {
  return { target: dice.oneOf(sites).name, claims: SITES };
}

export function aNode(dice: Dice, { sites }: Shape): Place {
  return { target: dice.oneOf(sites.flatMap(({ nodes }) => nodes)), claims: SITES };
}

/** The leading copy of the database or its synchronous standby, whoever that is then. */
export function aCopy(dice: Dice): Place {
  return dice.chance(60) ? { target: 'primary', claims: { primary: 'alone' } } : { target: 'sync-standby', claims: { standby: 'alone' } };
}

export function aMember(dice: Dice, { store }: Shape): Place {
  return { target: dice.oneOf(store), claims: { store: 'alone' } };
}

/** One member of the store, or so many that the others are no majority. */
export function members(dice: Dice, { store }: Shape): Place {
  const first = dice.between(0, store.length - 1);
  const count = dice.chance(70) ? 1 : Math.ceil(store.length / 2);
  const names = Array.from({ length: count }, (_, index) => store[(first + index) % store.length] as string);
  return { target: names.sort().join(','), claims: { store: 'alone' } };
}

/** The load balancer. */
export const BALANCER: Place = { target: 'balancer', claims: { balancer: 'alone' } };
