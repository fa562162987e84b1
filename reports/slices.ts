import { DEFAULT_DEADLINE_MS, type HistoryLine, type Operation, type OperationKind } from '../record/format.ts';
import { Histogram } from './histogram.ts';

const FIRST_WIDTH_US = 100_000;
const MOST_SLICES = 1024;
const MOST_SITES = 12;

/** How an operation ended, for a chart: `accepted` is a 202, `late` came ok after the deadline, `dropped` found no free client. */
export const FATES = ['unknown', 'failed', 'late', 'dropped', 'accepted', 'ok'] as const;
export type Fate = (typeof FATES)[number];

/** Operations of one kind that were due in one slice; `latency` (ms, from the start) is of the answered ones. */
export type Cell = { fates: Record<Fate, number>; latency: Histogram };
export type Slice = { kinds: Map<OperationKind, Cell>; sites: Map<string, number> };

/** A stretch of time, µs, with what was due in it. */
export type Stretch = { start: number; end: number; slice: Slice };

/** The history folded into time slices of equal width that double whenever there are too many: bounded memory for any run. */
export class Slices {
  widthUs = FIRST_WIDTH_US;
  readonly #deadlineUs: number;
  readonly kinds = new Set<OperationKind>();
  readonly sites = new Set<string>();
  #slices = new Map<number, Slice>();
  #first = Infinity;
  #last = -Infinity;

  /** `deadlineMs`: what takes longer is late. */
  constructor(deadlineMs: number = DEFAULT_DEADLINE_MS) {
    this.#deadlineUs = deadlineMs * 1000;
  }

  /** Counts one line of the history; false when it lacks what a chart needs. */
  add(line: HistoryLine): boolean {
    if (line.op === 'end') return true;
    const dropped = line.op === 'dropped';
    const kind = dropped ? line.kind : line.op;
    const due = dropped ? line.due : (line.due ?? line.start);
    if (!Number.isSafeInteger(due)) return false;
    const slice = this.#at(due);
    const cell = cellOf(slice, kind);
    this.kinds.add(kind);
    if (dropped) {
      cell.fates.dropped += 1;
      return true;
    }
    cell.fates[this.#fateOf(line)] += 1;
    if (line.outcome !== 'ok') return true;
    if (Number.isFinite(line.end)) cell.latency.add((line.end - line.start) / 1000);
    if (line.site !== undefined && line.site !== null) this.#countSite(slice, String(line.site));
    return true;
  }

  /** Start of the first and end of the last slice; µs. Undefined when the history is empty. */
  extent(): [number, number] | undefined {
    if (this.#slices.size === 0) return undefined;
    return [this.#first * this.widthUs, (this.#last + 1) * this.widthUs];
  }

  /** Stretches from the first to the last slice, empty ones included, merged so that at most about `most` remain; µs. */
  series(most = MOST_SLICES): { widthUs: number; points: Stretch[] } {
    const extent = this.extent();
    if (extent === undefined) return { widthUs: this.widthUs, points: [] };
    const factor = Math.max(1, Math.ceil((this.#last - this.#first + 1) / Math.max(1, most)));
    const widthUs = factor * this.widthUs;
    const first = Math.floor(this.#first / factor);
    const points = Array.from({ length: Math.floor(this.#last / factor) - first + 1 }, (_, at) => ({
      start: Math.max(extent[0], (first + at) * widthUs),
      end: Math.min(extent[1], (first + at + 1) * widthUs),
      slice: emptySlice(),
    }));
    for (const [index, slice] of this.#slices) absorb(points[Math.floor(index / factor) - first]!.slice, slice);
    return { widthUs, points };
  }

  /** Operations of a kind in all. */
  total(kind: OperationKind): number {
    let sum = 0;
    for (const { kinds } of this.#slices.values()) for (const fate of FATES) sum += kinds.get(kind)?.fates[fate] ?? 0;
    return sum;
  }

  #fateOf({ outcome, start, end, replicated }: Operation): Fate {
    if (outcome !== 'ok') return outcome;
    if (end - start > this.#deadlineUs) return 'late';
    return replicated === false ? 'accepted' : 'ok';
  }

  #at(due: number): Slice {
    const index = Math.floor(due / this.widthUs);
    const span = Math.max(this.#last, index) - Math.min(this.#first, index);
    if (span >= MOST_SLICES && this.#slices.size > 0) {
      this.#double();
      return this.#at(due);
    }
    this.#first = Math.min(this.#first, index);
    this.#last = Math.max(this.#last, index);
    let slice = this.#slices.get(index);
    if (slice === undefined) this.#slices.set(index, (slice = emptySlice()));
    return slice;
  }

  #double(): void {
    const wider = new Map<number, Slice>();
    for (const [index, slice] of this.#slices) {
      const half = Math.floor(index / 2);
      const into = wider.get(half);
      if (into === undefined) wider.set(half, slice);
      else absorb(into, slice);
    }
    this.#slices = wider;
    this.widthUs *= 2;
    this.#first = Math.floor(this.#first / 2);
    this.#last = Math.floor(this.#last / 2);
  }

  /* Site names come from the record; a hostile one must not cost unbounded memory. */
  #countSite(slice: Slice, site: string): void {
    const name = this.sites.has(site) || this.sites.size < MOST_SITES ? site : 'others';
    this.sites.add(name);
    slice.sites.set(name, (slice.sites.get(name) ?? 0) + 1);
  }
}

function emptySlice(): Slice {
  return { kinds: new Map(), sites: new Map() };
}

function cellOf(slice: Slice, kind: OperationKind): Cell {
  let cell = slice.kinds.get(kind);
  if (cell === undefined) {
    cell = { fates: { ok: 0, accepted: 0, late: 0, failed: 0, unknown: 0, dropped: 0 }, latency: new Histogram() };
    slice.kinds.set(kind, cell);
  }
  return cell;
}

function absorb(into: Slice, slice: Slice): void {
  for (const [kind, cell] of slice.kinds) {
    const target = cellOf(into, kind);
    for (const fate of FATES) target.fates[fate] += cell.fates[fate];
    target.latency.absorb(cell.latency);
  }
  for (const [site, count] of slice.sites) into.sites.set(site, (into.sites.get(site) ?? 0) + count);
}
