import { planFrom } from '../runbook/plan.ts';
import { failback, promote, type Ending } from '../runbook/runbooks.ts';
import type { Watcher } from '../runbook/steps.ts';
import type { Topology } from '../topology/model.ts';

/** A step of a runbook, for the record: when it had ended, by the clock on the wall, and how long it took. */
export interface RunbookStep {
  at: string;
  runbook: 'promote' | 'failback';
  site: string;
  step: string;
  tookMs: number;
  found: Record<string, unknown>;
}

/** How a scenario asks for a runbook; what is left out is as an operator's command has it. */
export interface RunbookOptions {
  /** promote: go on though the fenced writer has writes that do not arrive */
  acceptLoss?: boolean;
  /** failback: an equal copy that follows, no more */
  asReader?: boolean;
}

/** Carries a runbook out on a topology, as its command does; each step is noted as it ends. */
export async function carryOutRunbook(
  topology: Topology,
  { runbook, site, options }: { runbook: 'promote' | 'failback'; site: string; options: RunbookOptions },
  note: (step: RunbookStep) => void,
): Promise<Ending> {
  const plan = planFrom(topology.runbookPlan(), topology.companionsDir);
  const watcher: Watcher = {
    begins: () => undefined,
    skipped: () => undefined,
    ended: ({ name }, found, tookMs) => note({ at: new Date().toISOString(), runbook, site, step: name, tookMs, found }),
  };
  return runbook === 'promote' ? promote(plan, site, { ...options, watcher }) : failback(plan, site, { ...options, watcher });
}
