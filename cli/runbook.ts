import { Command } from 'commander';
import { planFrom, readPlan, type Plan } from '../runbook/plan.ts';
import { failback, promote, type Ending } from '../runbook/runbooks.ts';
import type { Watcher } from '../runbook/steps.ts';
import { labTopology } from '../topology/lab/lab-topology.ts';
import { nameOption, requireRoot, type LabOptions } from './options.ts';

interface RunbookOptions extends LabOptions {
  plan?: string;
}

const PLAN = ['--plan <file>', 'the sites, their databases and the command of the load balancer, as JSON; see docs/runbooks.md'] as const;

/** `holdfast promote`: makes a site the writing one, where each has a database of its own. */
export function promoteCommand(): Command {
  return new Command('promote')
    .description('make a site the writing one (databases inside the clusters); an interrupted one is taken up where it ended')
    .argument('<site>', 'its name in the plan')
    .option(...PLAN)
    .addOption(nameOption())
    .option('--accept-loss', 'go on though the old writer is fenced and has writes that do not arrive')
    .action(async (site: string, { acceptLoss = false, ...options }: RunbookOptions & { acceptLoss?: boolean }) => {
      tell(await promote(planOf(options), site, { acceptLoss, watcher: printing() }));
    });
}

/** `holdfast failback`: makes a site that was away an equal copy, and then the writing one again. */
export function failbackCommand(): Command {
  return new Command('failback')
    .description('make a site that was away an equal copy, keep what only it had, and make it the writing one again')
    .argument('<site>', 'its name in the plan')
    .option(...PLAN)
    .addOption(nameOption())
    .option('--as-reader', 'an equal copy that follows, no more')
    .action(async (site: string, { asReader = false, ...options }: RunbookOptions & { asReader?: boolean }) => {
      tell(await failback(planOf(options), site, { asReader, watcher: printing() }));
    });
}

/** A plan from a file, or that of a lab. */
function planOf({ plan, name }: RunbookOptions): Plan {
  if (plan !== undefined) return readPlan(plan);
  requireRoot('promote" and "holdfast failback');
  const topology = labTopology(name);
  return planFrom(topology.runbookPlan(), process.cwd(), (site) => topology.balancer.direct(site));
}

function printing(): Watcher {
  return {
    begins: ({ what }) => process.stdout.write(`${what} …`),
    ended: (_step, found, tookMs) => console.log(` ${(tookMs / 1000).toFixed(2)} s${inWords(found)}`),
    skipped: ({ what }) => console.log(`${what}: done before`),
  };
}

function inWords(found: Record<string, unknown>): string {
  const told = Object.entries(found).flatMap(([key, value]) => {
    if (typeof value === 'boolean') return [value ? key : `not ${key}`];
    if (Array.isArray(value)) return value.length === 0 ? [] : [`${key} ${value.join(', ')}`];
    return [`${key} ${String(value)}`];
  });
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

function tell({ writer, epoch, follows }: Ending): void {
  console.log(
    `site ${writer} takes writes, under epoch ${epoch}; the other one ${follows ? 'follows and is equal' : 'gives no answer: "holdfast failback <it> --as-reader" once it is back'}`,
  );
}
