import { isAlive, type ProcessIdentity } from '../support/processes.ts';

/** Who asked for a run: the command (HOLDFAST_OWNER) and the process that started this one. A run whose owner was killed is not to be trusted on. */
export class Owner {
  readonly #parent = process.ppid;
  readonly #command: ProcessIdentity | undefined =
    process.env.HOLDFAST_OWNER === undefined ? undefined : (JSON.parse(process.env.HOLDFAST_OWNER) as ProcessIdentity);

  /** What is wrong with the owner now; empty while it lives. */
  troubles(): string[] {
    if (process.ppid !== this.#parent) return ['the runner that started this scenario is gone'];
    if (this.#command !== undefined && !isAlive(this.#command)) return ['the command that started this run is gone'];
    return [];
  }
}
