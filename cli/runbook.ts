import { Command } from 'commander';
import { planFrom, readPlan, type Plan } from '../runbook/plan.ts';
import { failback, promote, type Ending } from '../runbook/runbooks.ts';
import type { Watcher } from '../runbook/steps.ts';
import { EXIT } from '../support/errors.ts';
import { printable, say } from '../support/printable.ts';
import { labTopology } from '../topology/lab/lab-topology.ts';
import { nameOption, requireRoot, type LabOptions } from './options.ts';

interface RunbookOptions extends LabOptions {
  plan?: string | undefined;
}

/** What a person has accepted, as it is said on the command line. */
interface Spoken {
  leaveBehind?: string[];
  discard?: string[];
}

interface PromoteOptions extends Spoken {
  acceptLoss?: boolean;
  otherIsLost?: string;
}

const PLAN = ['--plan <file>', 'the sites, their databases and the command of the load balancer, as JSON; see docs/runbooks.md'] as const;

const LEAVE_BEHIND = [
  '--leave-behind <what...>',
  'tables that are not published, or "large-objects": they stay at the old writer, and are missing at the new one',
] as const;
const DISCARD = [
  '--discard <tables...>',
  'tables of the site that is rebuilt whose rows may go from it though the writer lacks them; they are kept in files',
] as const;

/** `holdfast promote`: makes a site the writing one, where each has a database of its own. */
export function promoteCommand(): Command {
  return new Command('promote')
    .description('make a site the writing one (databases inside the clusters); an interrupted one is taken up where it ended')
    .argument('<site>', 'its name in the plan')
    .option(...PLAN)
    .addOption(nameOption())
    .option('--accept-loss', 'go on though the old writer has, or may have, writes that do not arrive')
    .option('--other-is-lost <site>', 'the name of the other site, typed: it is lost, where that cannot be told from here')
    .option(...LEAVE_BEHIND)
    .option(...DISCARD)
    .action(async (site: string, { plan, name, ...consent }: RunbookOptions & PromoteOptions) => {
      tell(await promote(planOf({ plan, name }), site, { ...spoken(consent), watcher: printing() }));
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
    .option(...LEAVE_BEHIND)
    .option(...DISCARD)
    .action(async (site: string, { plan, name, asReader = false, ...consent }: RunbookOptions & Spoken & { asReader?: boolean }) => {
      tell(await failback(planOf({ plan, name }), site, { asReader, ...spoken(consent), watcher: printing() }));
    });
}

function spoken<T extends Spoken>({ discard, ...rest }: T): Omit<T, 'discard'> & { discard?: ReadonlySet<string> } {
  return { ...rest, ...(discard === undefined ? {} : { discard: new Set(discard) }) };
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
    ended: (_step, found, tookMs) => say(` ${(tookMs / 1000).toFixed(2)} s${inWords(found)}`),
    skipped: ({ what }) => console.log(`${what}: done before`),
  };
}

function inWords(found: Record<string, unknown>): string {
  const told = Object.entries(found).flatMap(([key, value]) => {
    if (key === 'tables') return [];
    if (typeof value === 'boolean') return [value ? key : `not ${key}`];
    if (Array.isArray(value)) return value.length === 0 ? [] : [`${key} ${value.join(', ')}`];
    return [`${key} ${String(value)}`];
  });
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

function tell({ writer, epoch, follows, why, facts }: Ending): void {
  const { untried } = facts.begin ?? {};
  if (typeof untried === 'string') console.log(`the runbooks were not tried with ${untried}`);
  const other = follows
    ? 'follows and is equal'
    : why === undefined
      ? 'gives no answer: "holdfast failback <it> --as-reader" once it is back'
      : 'does not follow';
  console.log(`site ${writer} takes writes, under epoch ${epoch}; the other one ${other}`);
  if (why === undefined) return;
  console.error(printable(why));
  process.exitCode = EXIT.inconclusive;
}
