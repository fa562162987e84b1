import { closeSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { REQUEST_TIMEOUT_MS } from '../load/profiles.ts';
import { ACKS_WITHIN } from '../record/format.ts';
import { limits } from '../support/limits.ts';
import { untilOrLate } from '../support/poll.ts';

const SLICE_US = 100_000;
const LOOK_MS = 5;
/** A slice is bad below this share of ok operations; the verdict uses the same figure. */
const GOOD_SHARE = 0.95;

interface Line {
  op: string;
  due?: number;
  start?: number;
  end?: number;
  outcome?: string;
  attempt?: number;
  replicated?: boolean;
  role?: string;
  copy?: string;
}

/** Follows the growing history to tell when service is stable again; a convenience of the run, never a verdict. */
export class HistoryMonitor {
  readonly #path: string;
  readonly #slices = new Map<number, { ok: number; all: number }>();
  /** ends of the adds acknowledged last; µs */
  #acks: number[] = [];
  /** when each copy last answered what was asked of a replica; µs */
  readonly #answered = new Map<string, number>();
  #offset = 0;
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** Waits until `quietMs` from now on, or from a later bad slice on, held no bad slice; false when that did not come in time. */
  async stable(quietMs: number, nowUs: () => number, ended: () => string | undefined): Promise<boolean> {
    return this.#quiet(quietMs, { fromUs: nowUs(), withinMs: limits.stable }, nowUs, ended);
  }

  /** Waits until the last `quietMs` that are known held no bad slice, for `withinMs` at most; false when that did not come in time. */
  async warm(quietMs: number, withinMs: number, nowUs: () => number, ended: () => string | undefined): Promise<boolean> {
    return this.#quiet(quietMs, { fromUs: 0, withinMs }, nowUs, ended);
  }

  async #quiet(
    quietMs: number,
    { fromUs, withinMs }: { fromUs: number; withinMs: number },
    nowUs: () => number,
    ended: () => string | undefined,
  ): Promise<boolean> {
    const from = fromUs / SLICE_US;
    const isQuiet = await untilOrLate({
      subject: 'service',
      condition: `${quietMs} ms without a bad slice`,
      timeoutMs: withinMs,
      intervalMs: 100,
      probe: async () => ended() !== undefined || this.#quietSince(nowUs(), from) >= quietMs * 1000,
    });
    return isQuiet === true && ended() === undefined;
  }

  /** Waits until that many adds were acknowledged in the last 200 ms, but no longer than `withinMs`: the verdict counts them again. */
  async flowing(least: number, nowUs: () => number, withinMs: number): Promise<void> {
    const deadlineUs = nowUs() + withinMs * 1000;
    for (;;) {
      this.#read();
      const now = nowUs();
      this.#acks = this.#acks.filter((end) => end > now - ACKS_WITHIN.random);
      if (this.#acks.length >= least || now >= deadlineUs) return;
      await sleep(LOOK_MS);
    }
  }

  /** When a copy last answered what was asked of a replica, µs; undefined: never. */
  lastAnswerOf(copy: string): number | undefined {
    this.#read();
    return this.#answered.get(copy);
  }

  /** Microseconds up to the last slice that is complete, since the last bad one or since slice `from`. */
  #quietSince(nowUs: number, from: number): number {
    this.#read();
    // an operation may take its whole timeout before it is known
    const complete = Math.floor((nowUs - REQUEST_TIMEOUT_MS * 1000) / SLICE_US);
    let lastBad = from;
    for (const [slice, { ok, all }] of this.#slices) {
      if (ok / all < GOOD_SHARE) lastBad = Math.max(lastBad, slice);
    }
    return (complete - lastBad) * SLICE_US;
  }

  #read(): void {
    const file = openSync(this.#path, 'r');
    try {
      const buffer = Buffer.alloc(1 << 20);
      for (;;) {
        const read = readSync(file, buffer, 0, buffer.length, this.#offset);
        if (read === 0) return;
        this.#offset += read;
        const lines = (this.#rest + buffer.toString('utf8', 0, read)).split('\n');
        this.#rest = lines.pop() ?? '';
        for (const line of lines) this.#count(line);
      }
    } finally {
      closeSync(file);
    }
  }

  #count(line: string): void {
    const operation = JSON.parse(line) as Line;
    if (operation.op === 'add' && operation.outcome === 'ok' && operation.replicated !== false) this.#acks.push(operation.end ?? 0);
    if (operation.role === 'replica' && operation.outcome === 'ok' && operation.copy !== undefined)
      this.#answered.set(operation.copy, operation.end ?? 0);
    const at = operation.due ?? operation.start;
    if (at === undefined) return;
    const slice = Math.floor(at / SLICE_US);
    const counts = this.#slices.get(slice) ?? { ok: 0, all: 0 };
    // a repeat belongs to the call that its first attempt counted
    if ((operation.attempt ?? 1) === 1) counts.all++;
    if (operation.outcome === 'ok') counts.ok++;
    this.#slices.set(slice, counts);
  }
}
