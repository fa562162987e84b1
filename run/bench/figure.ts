/** One figure of the README, as `holdfast bench --json` prints it; `value` is the median of its repeats. */
export interface Figure {
  name: string;
  value: number;
  unit: 's' | 'GB' | 'ops/s';
  /** what it should reach */
  reach: number;
  ok: boolean;
  /** every repeat, in the order measured */
  values: number[];
}

/** A bench measures one figure on a lab of its own, or on one that is up. */
export interface Bench {
  name: string;
  what: string;
  /** seconds, or GB of memory: a lower figure is better; operations a second: a higher one */
  unit: Figure['unit'];
  reach: number;
  repeats: number;
  /** nothing: no lab beside it, it may make the scratch lab; lab: it takes one that is up */
  needs: 'nothing' | 'lab';
  /** measured only when asked for by name */
  seldom?: boolean;
  measure: (context: BenchContext) => Promise<number>;
}

export interface BenchContext {
  /** name of a lab that is up, for benches that need one */
  lab: string;
  /** name for benches that make a lab; the last one stays up until its next user or the command's end takes it down */
  scratch: string;
}

/** The median of the repeats against what should be reached. */
export function figureOf(bench: Bench, values: readonly number[]): Figure {
  const value = round(median(values));
  const ok = bench.unit === 'ops/s' ? value >= bench.reach : value <= bench.reach;
  return { name: bench.name, value, unit: bench.unit, reach: bench.reach, ok, values: values.map(round) };
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
