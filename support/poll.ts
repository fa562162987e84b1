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
  /** how much longer than the wait a single look may take before it counts as hung; every probe bounds itself well below the default of a minute */
  hungMs?: number;
  /** where to look when it did not come, or what is found there then */
  hint?: string | (() => Promise<string>);
  signal?: AbortSignal;
  clock?: Clock;
}

const HUNG_MS = 60_000;

/** Polls until `probe` gives a value; a DeadlineError names subject, condition, elapsed time and the last answer. */
export async function until<T>(wait: Wait<T>): Promise<T> {
  const clock = wait.clock ?? realClock;
  const start = clock.now();
  let last = 'no answer';
  for (;;) {
    wait.signal?.throwIfAborted();
    interruption.signal.throwIfAborted();
    try {
      const value = await unlessHung(wait, start);
      if (value !== undefined && value !== false) return value;
      last = 'not yet';
    } catch (error) {
      last = messageOf(error);
    }
    const elapsed = clock.now() - start;
    if (elapsed >= wait.timeoutMs) {
      const hint = wait.hint === undefined ? '' : `; ${await wordsOf(wait.hint)}`;
      throw new DeadlineError(`${wait.subject}: expected ${wait.condition} within ${wait.timeoutMs} ms; last answer: ${last}${hint}`);
    }
    await clock.sleep(Math.min((wait.intervalMs ?? 50) * slow, Math.max(1, wait.timeoutMs - elapsed)));
  }
}

/** Polls as `until` does; undefined where it did not come in time. Other errors are thrown. */
export async function untilOrLate<T>(wait: Wait<T>): Promise<T | undefined> {
  try {
    return await until(wait);
  } catch (error) {
    if (error instanceof DeadlineError) return undefined;
    throw error;
  }
}

async function wordsOf(hint: NonNullable<Wait<unknown>['hint']>): Promise<string> {
  if (typeof hint === 'string') return hint;
  return hint().catch((error: unknown) => `what it hangs on could not be found out: ${messageOf(error)}`);
}

/* A probe that never ends must not become a wait that never ends. */
async function unlessHung<T>(
  { subject, condition, probe, timeoutMs, clock, hungMs = HUNG_MS * slow }: Wait<T>,
  start: number,
): Promise<T | undefined | false> {
  if (clock !== undefined) return probe();
  const leftMs = Math.max(0, start + timeoutMs - realClock.now()) + hungMs;
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<never>((_resolve, reject) => {
    const what = `${subject}: expected ${condition} within ${timeoutMs} ms; a look at it had not ended ${hungMs} ms later`;
    timer = setTimeout(() => reject(new DeadlineError(what)), leftMs);
  });
  try {
    return await Promise.race([probe(), hung]);
  } finally {
    clearTimeout(timer);
  }
}
