import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Chance that can be had again: the same seed and round give the same throws, on any machine. */
export class Dice {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number, round: number) {
    this.#generator = xoroshiro128plus(seed);
    // each jump leads to a stretch of its own, which no other round reaches
    for (let jump = 0; jump < round; jump++) this.#generator.jump();
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return uniformInt(this.#generator, least, most);
  }

  /** One of several, each as likely as the others. */
  oneOf<T>(list: readonly [T, ...T[]] | readonly T[]): T {
    return list[this.between(0, list.length - 1)] as T;
  }

  /** True so many times in a hundred. */
  chance(percent: number): boolean {
    return this.between(1, 100) <= percent;
  }

  /** One of several, each as likely as its weight says. */
  weighted<T extends { weight: number }>(list: readonly T[]): T {
    const total = list.reduce((sum, { weight }) => sum + weight, 0);
    let left = this.between(1, total);
    return list.find(({ weight }) => (left -= weight) <= 0) as T;
  }
}
