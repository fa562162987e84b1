/** Ctrl-C (or a polite kill) as a signal that every wait of the project heeds, until cleaning up begins. */
class Interruption {
  #controller = new AbortController();
  #cleaning = false;

  /** aborted while an interruption is to be heeded */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts to listen; resolves with the shell's exit code for the signal that came. */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      for (const [signal, code] of [
        ['SIGINT', 130],
        ['SIGTERM', 143],
        ['SIGHUP', 129],
      ] as const) {
        // kept for good: execa ends a process by the signal when nobody else listens, and what is left then is not cleaned up
        process.on(signal, () => {
          if (this.#cleaning) return;
          this.#controller.abort(new Error(`interrupted by ${signal}`));
          resolve(code);
        });
      }
    });
  }

  /** From here on waits run to their end again, whatever signals come: what is left is cleaning up. */
  clear(): void {
    this.#cleaning = true;
    this.#controller = new AbortController();
  }
}

export const interruption = new Interruption();
