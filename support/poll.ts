import { setTimeout as sleep } from 'node:timers/promises';
import { DeadlineError, messageOf } from './errors.ts';
import { interruption } from './interrupt.ts';
import { slow } from './limits.ts';

export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

const realClock: Clock = { now: () => performance.now(), sleep: (ms) => sleep(ms) };

export interface Wait<T> {
  /** who is waited for, e.g. "site a" */
  subject: string;
  /** what must become true, e.g. "every pod ready" */
  condition: string;
  timeoutMs: number;
  intervalMs?: number;
  /** returns the awaited value, or undefined / false while it is not there; throwing counts as "not yet" */
  probe: () => Promise<T | undefined | false>;
  /** where to look when it did not come */
  hint?: string;
  signal?: AbortSignal;
  clock?: Clock;
}

/** Polls until `probe` gives a value; a DeadlineError names subject, condition, elapsed time and the last answer. */
export async function until<T>(wait: Wait<T>): Promise<T> {
  const clock = wait.clock ?? realClock;
  const start = clock.now();
  let last = 'no answer';
  for (;;) {
    wait.signal?.throwIfAborted();
    interruption.signal.throwIfAborted();
    try {
      const value = await wait.probe();
      if (value !== undefined && value !== false) return value;
      last = 'not yet';
    } catch (error) {
      last = messageOf(error);
    }
    const elapsed = clock.now() - start;
    if (elapsed >= wait.timeoutMs) {
      const hint = wait.hint === undefined ? '' : `; ${wait.hint}`;
      throw new DeadlineError(`${wait.subject}: expected ${wait.condition} within ${wait.timeoutMs} ms; last answer: ${last}${hint}`);
    }
    await clock.sleep(Math.min((wait.intervalMs ?? 50) * slow, Math.max(1, wait.timeoutMs - elapsed)));
  }
}
