import { FaultLine, type FaultState } from '../record/format.ts';

/** One fault with the times, µs since zero, at which it reached each state, and what the probes said. */
export type FaultSpan = {
  fault: string;
  target: string;
  at: Partial<Record<FaultState, number>>;
  evidence: Partial<Record<FaultState, string>>;
};

/** Groups the lines of a fault journal by fault. */
export class Journal {
  readonly #spans = new Map<string, FaultSpan[]>();

  /** Takes one line; false when it is not one of a journal. */
  add(value: unknown): boolean {
    const line = FaultLine.safeParse(value).data;
    if (line === undefined) return false;
    const key = line.id ?? `${line.fault} ${line.target}`;
    const spans = this.#spans.get(key) ?? [];
    this.#spans.set(key, spans);
    /* Without ids, a second intent of the same name is a second fault. */
    let span = spans.at(-1);
    if (span === undefined || (line.state === 'intent' && span.at.intent !== undefined)) {
      span = { fault: line.fault, target: line.target, at: {}, evidence: {} };
      spans.push(span);
    }
    span.at[line.state] ??= line.at;
    const evidence = line['evidence'];
    if (typeof evidence === 'string') span.evidence[line.state] ??= evidence;
    return true;
  }

  /** All faults, first to come first. */
  spans(): FaultSpan[] {
    return [...this.#spans.values()].flat().sort((a, b) => begin(a) - begin(b));
  }
}

/** When a fault first shows in the journal; µs. */
export function begin(span: FaultSpan): number {
  return Math.min(...Object.values(span.at));
}

/** When a fault stopped disturbing, as far as the journal tells; µs. Undefined: still on at the end of the run. */
export function ending(span: FaultSpan): number | undefined {
  return span.at.gone ?? span.at.healed;
}
