import { monotonicNs } from '../support/clock.ts';

const start = monotonicNs();

/** Says on stderr what a long step is about, with the seconds since the command began. */
export function progress(message: string): void {
  const elapsed = Number((monotonicNs() - start) / 1_000_000n) / 1000;
  process.stderr.write(`[${elapsed.toFixed(1).padStart(6)} s] ${message}\n`);
}
