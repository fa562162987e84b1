/** Buckets for one factor of ten; neighbours differ by 12 %, which no eye sees on a logarithmic axis. */
const PER_DECADE = 20;
const SMALLEST_MS = 0.05;
const BUCKETS = 7 * PER_DECADE;

/** Latencies counted in logarithmic buckets, so that a quantile costs constant memory; for charts, not for verdicts. */
export class Histogram {
  count = 0;
  readonly #buckets = new Uint32Array(BUCKETS);

  add(ms: number): void {
    const at = Math.round(Math.log10(Math.max(ms, SMALLEST_MS) / SMALLEST_MS) * PER_DECADE);
    const bucket = Math.min(at, BUCKETS - 1);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.count += 1;
  }

  absorb(other: Histogram): void {
    other.#buckets.forEach((count, at) => (this.#buckets[at] = (this.#buckets[at] ?? 0) + count));
    this.count += other.count;
  }

  /** The value, ms, that a share `q` of all lies at or below; NaN when there is none. */
  quantile(q: number): number {
    if (this.count === 0) return Number.NaN;
    let left = Math.max(1, Math.ceil(q * this.count));
    for (const [at, count] of this.#buckets.entries()) {
      left -= count;
      if (left <= 0) return SMALLEST_MS * 10 ** (at / PER_DECADE);
    }
    return Number.NaN;
  }
}
