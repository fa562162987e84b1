import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command, Option } from 'commander';
import { execa } from 'execa';
import { repeatsTable, summaryTable } from '../reports/index.ts';
import { claimedCatches } from '../run/claims.ts';
import { exitCodeOf, outcomesOf, type Outcome } from '../run/session.ts';
import { UsageError } from '../support/errors.ts';
import { projectRoot, reportsDir } from '../support/paths.ts';
import { identify } from '../support/processes.ts';
import { giveToUser } from '../support/user.ts';
import { findLab } from '../topology/lab/store.ts';
import type { Pattern } from '../topology/model.ts';
import { nameOption, repeats, requireRoot, sabotageOption, sizeOptions, type ShapeOptions } from './options.ts';
import { withLab, type KeepOptions } from './with-lab.ts';

interface RunOptions extends KeepOptions {
  repeat: number;
}

/** `holdfast run`: a lab, the scenarios, the verdicts. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('set up what is missing, bring the lab up, run scenarios, judge, report (default: the quick profile)')
    .argument('[scenario...]', 'names of scenarios, as in scenarios/ (without .spec.ts)')
    .addOption(nameOption())
    .addOption(new Option('--keep', 'leave a lab that this command started'))
    .addOption(new Option('--repeat <n>', 'run each scenario this often, and show how its recovery spreads').argParser(repeats).default(1));
  for (const option of [...sizeOptions(), sabotageOption()]) command.addOption(option);
  return command.action(async (scenarios: string[], options: RunOptions) => {
    refuseOtherSabotage(options);
    const pattern = options.pattern ?? findLab(options.name)?.record.shape.pattern ?? 'recommended';
    const specs =
      options.sabotage === undefined || scenarios.length > 0 ? chosenSpecs(scenarios, pattern) : await catchersOf(options.sabotage);
    requireRoot('run');
    const asked = { lab: options.name, pattern, repeat: options.repeat };
    process.exitCode = await withLab({ ...options, pattern }, async () => (await runSpecs(specs, asked)).code);
  });
}

/** Runs scenarios (none named: the quick profile) on a lab that is up, prints their verdicts and returns them with the exit code. */
export async function runSpecs(
  specs: readonly string[],
  { lab, pattern, repeat = 1 }: { lab: string; pattern: Pattern; repeat?: number },
): Promise<{ code: number; outcomes: Outcome[] }> {
  const session = randomBytes(6).toString('hex');
  const out = reportsDir();
  mkdirSync(out, { recursive: true });
  const results = join(out, 'results.json');
  rmSync(results, { force: true });
  rmSync(join(out, 'allure-results'), { recursive: true, force: true });
  const chosen = specs.length === 0 ? ['--grep', '@quick'] : specs.map((spec) => `/${spec}.spec.ts`);
  const args = ['test', ...chosen, `--project=${pattern}`, `--repeat-each=${repeat}`];
  await execa(process.execPath, [join(projectRoot, 'node_modules/@playwright/test/cli.js'), ...args], {
    cwd: projectRoot,
    env: { HOLDFAST_LAB: lab, HOLDFAST_SESSION: session, HOLDFAST_OWNER: JSON.stringify(identify(process.pid)) },
    stdio: ['ignore', 'inherit', 'inherit'],
    reject: false,
  });
  const outcomes = outcomesOf(session, results);
  giveToUser(out);
  print(outcomes);
  return { code: exitCodeOf(outcomes), outcomes };
}

function print(outcomes: readonly Outcome[]): void {
  const verdicts = outcomes.flatMap(({ verdict }) => verdict ?? []);
  if (verdicts.length > 0) console.log(summaryTable(verdicts, { colour: process.stdout.isTTY }));
  const spread = repeatsTable(verdicts);
  if (spread !== undefined) console.log(spread);
  for (const { title, error } of outcomes.filter(({ verdict }) => verdict === undefined)) {
    console.log(`inconclusive: "${title}" ended without a verdict: ${error}`);
  }
  for (const { folder, verdict } of outcomes) {
    if (folder !== undefined && verdict !== undefined) console.log(`${verdict.held ? 'held  ' : 'FAILED'} ${join(folder, 'report.html')}`);
  }
  console.log(`"holdfast report" makes the page over all scenarios; "holdfast check <folder>" judges a record again`);
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
