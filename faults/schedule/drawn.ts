import type { Claims } from './claims.ts';
import type { Dice } from './dice.ts';
import type { Step } from './schedule.ts';
import type { Shape } from './shape.ts';

/** Where a fault falls, and what it claims there. */
export interface Place {
  target: string;
  claims: Claims;
}

/** A fault that was drawn, without its time. */
export interface Drawn extends Place {
  fault: string;
  options?: NonNullable<Step['options']>;
  /** shortest and longest; ms. None for a momentary fault */
  lengthMs?: Lengths;
  /** after the first fault that was drawn with it; ms */
  after?: number;
}
export type Lengths = readonly [least: number, most: number];

/** Something that may be drawn: one fault of the catalogue, or several that belong together. */
export interface Choice {
  /** how often it comes, compared with the others */
  weight: number;
  draw: (dice: Dice, shape: Shape) => Drawn | Drawn[];
}
