import { interruption } from '../support/interrupt.ts';
import { tearDown } from '../topology/lab/down.ts';
import { findLab } from '../topology/lab/store.ts';
import { bringUp } from '../topology/lab/up.ts';
import { shapeOf, type ShapeOptions } from './options.ts';
import { progress } from './progress.ts';

export interface KeepOptions extends ShapeOptions {
  keep?: boolean;
}

/** A lab while a command needs it: brought up when asked for, taken down at the end if this command started it and `--keep` is not given. */
export class CommandLab {
  readonly #options: KeepOptions;
  readonly #was: boolean;

  constructor(options: KeepOptions) {
    this.#options = options;
    this.#was = findLab(options.name) !== undefined;
  }

  async up(): Promise<void> {
    await bringUp({ name: this.#options.name, shape: shapeOf(this.#options) }, progress);
    progress(`lab "${this.#options.name}" is up`);
  }

  async end(): Promise<void> {
    const { name, keep } = this.#options;
    if (findLab(name) === undefined) return;
    if (this.#was || keep === true) {
      progress(`lab "${name}" is left up; "holdfast down --name ${name}" stops it`);
      return;
    }
    await tearDown(name);
    progress(`lab "${name}" is stopped`);
  }
}

/** Runs `work` until it ends or a person interrupts it, then `cleanUp` in any case; gives the exit code of either. */
export async function interruptible(work: () => Promise<number>, cleanUp: () => Promise<void>): Promise<number> {
  const interrupted = interruption.listen();
  const working = work();
  try {
    return await Promise.race([working, interrupted]);
  } finally {
    // an interrupted bring-up must have ended before what it made is taken down
    await working.catch(() => undefined);
    interruption.clear();
    await cleanUp();
  }
}

/** Runs `use` on a lab that is up. */
export async function withLab(options: KeepOptions, use: () => Promise<number>): Promise<number> {
  const lab = new CommandLab(options);
  return interruptible(
    async () => {
      await lab.up();
      return use();
    },
    () => lab.end(),
  );
}
