import { createHash } from 'node:crypto';
import { Dice } from '../faults/schedule/dice.ts';
import type { Drawn } from '../record/format.ts';

/** Highest seed that a run is drawn from. */
export const HIGHEST_SEED = 2 ** 32 - 1;

/** What a run draws by chance: the same seed gives the same. Each draw has dice of its own, by its name, so that one more changes no other; what was drawn is kept for the record. */
export class Draws {
  readonly #seed: number;
  #drawn: Drawn = {};

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** How long the course of a scenario waits beyond its fixed stretch, up to `most`; ms. */
  delayMs(most: number): number {
    const delayMs = this.#dice('delay').between(0, most);
    this.#drawn = { ...this.#drawn, delayMs };
    return delayMs;
  }

  /** The names of sites in an order drawn by chance: each order is as likely as the others, and stays the same however often it is asked for. */
  sites(names: readonly string[]): string[] {
    const dice = this.#dice('sites');
    const left = [...names];
    const sites: string[] = [];
    while (left.length > 0) sites.push(...left.splice(dice.between(0, left.length - 1), 1));
    this.#drawn = { ...this.#drawn, sites };
    return sites;
  }

  /** What was drawn, as run.json has it. */
  get drawn(): Drawn {
    return this.#drawn;
  }

  #dice(name: string): Dice {
    return new Dice(createHash('sha256').update(`${this.#seed} ${name}`).digest().readInt32BE(), 0);
  }
}
