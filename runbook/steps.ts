import { HoldfastError } from '../support/errors.ts';
import { append, readEntries, type Run } from './journal.ts';

/** What the steps of a run found, by step. */
export type Facts = Record<string, Record<string, unknown>>;

/** A part of a runbook that may be carried out again: after a crash nobody knows whether it was. */
export interface Step {
  name: string;
  /** in words, for whoever watches */
  what: string;
  carryOut: (facts: Facts) => Promise<Record<string, unknown>>;
}

/** Ends a run for good: taking it up again would do harm. */
export class GivesUp extends HoldfastError {}

/** A step that failed; its own error is the cause. What a watcher throws is none. */
export class StepFailed extends Error {
  constructor(cause: unknown) {
    super('a step of a runbook failed', { cause });
    this.name = new.target.name;
  }
}

export interface Watcher {
  begins(step: Step): void;
  ended(step: Step, found: Record<string, unknown>, tookMs: number): void;
  skipped(step: Step): void;
}

/** Carries steps out in their order, a StepFailed where one fails, but those that this run has done before it was interrupted; each is in the journal before the next begins. */
export async function carryOut(
  steps: readonly Step[],
  { journal, run, watcher }: { journal: string; run: Run; watcher: Watcher },
): Promise<void> {
  const facts = factsOf(journal, run);
  for (const step of steps) {
    if (facts[step.name] !== undefined) {
      watcher.skipped(step);
      continue;
    }
    watcher.begins(step);
    const began = performance.now();
    const found = await step.carryOut(facts).catch((error: unknown) => {
      throw new StepFailed(error);
    });
    const tookMs = Math.round(performance.now() - began);
    append(journal, run, { step: step.name, facts: found, tookMs });
    facts[step.name] = found;
    watcher.ended(step, found, tookMs);
  }
}

/** What the steps of a run have found so far. */
export function factsOf(journal: string, { run }: Run): Facts {
  const own = readEntries(journal).filter((entry) => entry.run === run);
  return Object.fromEntries(own.map(({ step, facts }) => [step, facts]));
}
