import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command, Option } from 'commander';
import { repeatsTable, summaryTable } from '../reports/index.ts';
import { HIGHEST_SEED } from '../run/draws.ts';
import { exitCodeOf, outcomesOf, type Outcome } from '../run/session.ts';
import { UsageError } from '../support/errors.ts';
import { projectRoot } from '../support/paths.ts';
import { say } from '../support/printable.ts';
import { identify } from '../support/processes.ts';
import { giveToUser } from '../support/user.ts';
import { findLab } from '../topology/lab/store.ts';
import type { Pattern } from '../topology/model.ts';
import { claimedCatches } from './claims.ts';
import { nameOption, repeats, requireRoot, sabotageOption, seedUpTo, sizeOptions, type ShapeOptions } from './options.ts';
import { profileOf, profileOption, type ProfileName } from './profiles.ts';
import { refuseEmpty, runPlan } from './scenario-runner.ts';
import { emptyReports, leaveFiles, sessionLine } from './session-reports.ts';
import { shardOption, type Shard } from './shard.ts';
import { withLab, type KeepOptions } from './with-lab.ts';

interface RunOptions extends KeepOptions {
  repeat?: number;
  seed?: number;
  profile?: ProfileName;
  shard?: Shard;
}

/** `holdfast run`: a lab, the scenarios, the verdicts. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('set up what is missing, bring the lab up, run scenarios, judge, report (default: the quick profile)')
    .argument('[scenario...]', 'names of scenarios, as in scenarios/ (without .spec.ts)')
    .addOption(nameOption())
    .addOption(new Option('--keep', 'leave a lab that this command started'))
    .addOption(profileOption())
    .addOption(shardOption())
    .addOption(new Option('--repeat <n>', 'run each scenario this often, and show how its recovery spreads').argParser(repeats))
    .addOption(
      new Option('--seed <n>', 'draw load, moments and sites of each run from this, as its run.json has it (default: by chance)').argParser(
        seedUpTo(HIGHEST_SEED),
      ),
    );
  for (const option of [...sizeOptions(), sabotageOption()]) command.addOption(option);
  return command.action(async (scenarios: string[], options: RunOptions) => {
    refuseOtherSabotage(options);
    const pattern = options.pattern ?? findLab(options.name)?.record.shape.pattern ?? 'recommended';
    const { sabotage } = options;
    const chosen = sabotage === undefined || scenarios.length > 0 || options.profile !== undefined;
    const specs = chosen ? chosenSpecs(scenarios, pattern) : await catchersOf(sabotage);
    const plan = { scenarios: specs, pattern, profile: options.profile, repeat: options.repeat, shard: options.shard };
    const seed = options.seed === undefined ? {} : { seed: options.seed };
    profileOf(plan);
    requireRoot('run');
    await refuseEmpty(plan);
    process.exitCode = await withLab(
      { ...options, pattern },
      async () => (await runSpecs(specs, { lab: options.name, ...plan, ...seed })).code,
    );
  });
}

/** Runs scenarios (none named: a profile, by default the quick one) on a lab that is up, prints their verdicts and returns them with the exit code. */
export async function runSpecs(
  scenarios: readonly string[],
  { lab, seed, ...asked }: { lab: string; seed?: number; pattern: Pattern; profile?: ProfileName; repeat?: number; shard?: Shard },
): Promise<{ code: number; outcomes: Outcome[] }> {
  const plan = { ...asked, scenarios };
  const session = randomBytes(6).toString('hex');
  const startedAt = new Date();
  const out = emptyReports();
  const owner = JSON.stringify(identify(process.pid));
  const drawFrom: Record<string, string> = seed === undefined ? {} : { HOLDFAST_DRAW_FROM: String(seed) };
  await runPlan(plan, { HOLDFAST_LAB: lab, HOLDFAST_SESSION: session, HOLDFAST_OWNER: owner, ...drawFrom });
  const said = join(out, 'results.json');
  const outcomes = [...outcomesOf(session, said), ...(existsSync(said) ? [] : [SILENT])];
  leaveFiles({ plan, session, startedAt, outcomes });
  giveToUser(out);
  print(outcomes, session);
  return { code: exitCodeOf(outcomes, { named: scenarios.length > 0 }), outcomes };
}

/** Stands for scenarios of which nobody knows that they were to run. */
const SILENT: Outcome = { title: 'the test runner', error: 'it ended without saying what ran; scenarios may be missing' };

function print(outcomes: readonly Outcome[], session: string): void {
  const verdicts = outcomes.flatMap(({ verdict }) => verdict ?? []);
  const skipped = outcomes.flatMap(({ title, skipped: reason }) => (reason === undefined ? [] : [{ scenario: title, reason }]));
  if (verdicts.length + skipped.length > 0) console.log(summaryTable(verdicts, { skipped, colour: process.stdout.isTTY }));
  const spread = repeatsTable(verdicts);
  if (spread !== undefined) console.log(spread);
  for (const { title, error } of outcomes) if (error !== undefined) say(`inconclusive: "${title}" ended without a verdict: ${error}`);
  for (const { folder, verdict } of outcomes) {
    if (folder !== undefined && verdict !== undefined) say(`${verdict.held ? 'held  ' : 'FAILED'} ${join(folder, 'report.html')}`);
  }
  console.log(`"holdfast report" makes the page over all scenarios; "holdfast check <folder>" judges a record again`);
  console.log(sessionLine(session));
}

/** Refuses a lab that is up with another mistake than asked for: left up with one it certifies nothing, and without one it shows no catch. */
export function refuseOtherSabotage({ name, sabotage }: ShapeOptions): void {
  const found = findLab(name)?.record.shape;
  if (found === undefined || found.sabotage === sabotage) return;
  const [has, wanted] = [found.sabotage, sabotage].map((one) => (one === undefined ? 'without a sabotage' : `with --sabotage ${one}`));
  throw new UsageError(
    `lab "${name}" is up ${has}: expected one ${wanted}: "holdfast down --name ${name}" first, or choose another --name`,
  );
}

/** The scenarios that say of themselves that they catch a mistake. */
async function catchersOf(sabotage: string): Promise<string[]> {
  const claims = await claimedCatches();
  const scenarios = claims.filter((claim) => claim.sabotage === sabotage).map(({ scenario }) => scenario);
  if (scenarios.length > 0) return scenarios;
  throw new UsageError(`no scenario says that it catches "${sabotage}": name those to run under it`);
}

/** Folders of the scenarios of each pattern, as playwright.config.ts has them. */
const FOLDERS: Record<Pattern, readonly string[]> = {
  recommended: ['recommended', 'controls'],
  supported: ['supported', 'controls/supported'],
};

function chosenSpecs(names: readonly string[], pattern: Pattern): string[] {
  const known = FOLDERS[pattern]
    .map((folder) => join(projectRoot, 'scenarios', folder))
    .flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => basename(file, '.spec.ts'))
    .sort();
  for (const name of names) {
    if (!known.includes(name))
      throw new UsageError(`unknown scenario "${name}" of the ${pattern} pattern (--pattern): expected one of ${known.join(', ')}`);
  }
  return [...names];
}
