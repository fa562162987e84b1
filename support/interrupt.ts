const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const;

/** Ctrl-C (or a polite kill) as a signal that every wait of the project heeds, until cleaning up begins. */
class Interruption {
  #controller = new AbortController();
  #heeding = false;
  #listening = false;
  #code: number | undefined;
  #waiting: ((code: number) => void)[] = [];

  /** aborted while an interruption is to be heeded */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** the shell's exit code for the signal that came, if one did */
  get code(): number | undefined {
    return this.#code;
  }

  /** Starts to listen, again after a `clear`; resolves with the shell's exit code for the signal that comes. */
  listen(): Promise<number> {
    this.#heeding = true;
    if (!this.#listening) {
      this.#listening = true;
      // kept for good: execa ends a process by the signal when nobody else listens, and what is left then is not cleaned up
      for (const [signal, code] of SIGNALS) process.on(signal, () => this.#heed(signal, code));
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** From here on waits run to their end again, whatever signals come: what is left is cleaning up. */
  clear(): void {
    this.#heeding = false;
    this.#controller = new AbortController();
    this.#waiting = [];
  }

  #heed(signal: string, code: number): void {
    if (!this.#heeding) return;
    this.#code ??= code;
    this.#controller.abort(new Error(`interrupted by ${signal}`));
    for (const resolve of this.#waiting.splice(0)) resolve(code);
  }
}

export const interruption = new Interruption();
