import type { BackendSample, CopySample } from '../record/format.ts';

/** What a database copy was seen as at one moment. */
export type CopyState = {
  role: 'primary' | 'sync standby' | 'standby' | 'down' | 'not known';
  timeline?: number | undefined;
  epoch?: number | undefined;
  startedAt?: string | undefined;
};
export type BackendState = { status: NonNullable<BackendSample['status']> | 'not known' };

/** A stretch in which every look found the same; µs since zero. `watched` false: nobody looked before it. */
export type Segment<State> = { start: number; end: number; state: State; watched: boolean };
export type Lane<State> = { name: string; segments: Segment<State>[] };

const MOST_LANES = 64;
const MOST_SAMPLES = 1_000_000;

/** Collects looks at named things, in any order, and turns them into stretches of equal state. */
export class Lanes<State> {
  readonly #lanes = new Map<string, { at: number[]; code: number[] }>();
  readonly #codes = new Map<string, number>();
  readonly #states: State[] = [];

  /** Takes one look; false when there are more lanes or looks than a report can show. */
  add(name: string, at: number, state: State): boolean {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      if (this.#lanes.size >= MOST_LANES) return false;
      this.#lanes.set(name, (lane = { at: [], code: [] }));
    }
    if (lane.at.length >= MOST_SAMPLES) return false;
    const key = JSON.stringify(state);
    let code = this.#codes.get(key);
    if (code === undefined) {
      code = this.#states.push(state) - 1;
      this.#codes.set(key, code);
    }
    lane.at.push(at);
    lane.code.push(code);
    return true;
  }

  /** The lanes by name, each with its stretches in time order. */
  finish(): Lane<State>[] {
    const names = [...this.#lanes.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    return names.map((name) => ({ name, segments: this.#segments(this.#lanes.get(name)!) }));
  }

  #segments(lane: { at: number[]; code: number[] }): Segment<State>[] {
    const order = lane.at.map((_, index) => index).sort((a, b) => lane.at[a]! - lane.at[b]! || a - b);
    const blindUs = longestRest(lane.at);
    const segments: Segment<State>[] = [];
    let previous = -1;
    for (const index of order) {
      const at = lane.at[index]!;
      const last = segments.at(-1);
      const gap = last === undefined || at - last.end > blindUs;
      if (!gap) last.end = at;
      if (gap || lane.code[index] !== previous) {
        segments.push({ start: at, end: at, state: this.#states[lane.code[index]!]!, watched: !gap });
      }
      previous = lane.code[index]!;
    }
    return segments;
  }
}

/** How a sample of a copy is drawn and told. */
export function copyState(sample: CopySample): CopyState {
  if (sample.up !== true) return { role: sample.up === false ? 'down' : 'not known' };
  const role = sample.writable ? 'primary' : sample.sync ? 'sync standby' : 'standby';
  return { role, timeline: sample.timeline, epoch: sample.epoch, startedAt: sample.startedAt };
}

/* Looks further apart than this leave a hole: five times the usual distance, at least a second. */
function longestRest(at: readonly number[]): number {
  let first = Infinity;
  let last = -Infinity;
  for (const time of at) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  return Math.max(1e6, (5 * (last - first)) / Math.max(1, at.length - 1));
}
