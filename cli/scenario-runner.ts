import { join } from 'node:path';
import { execa } from 'execa';
import type { Annotation } from '../run/claims.ts';
import { HoldfastError, UsageError } from '../support/errors.ts';
import { interruption } from '../support/interrupt.ts';
import { limits } from '../support/limits.ts';
import { projectRoot } from '../support/paths.ts';
import type { Pattern } from '../topology/model.ts';
import { PROFILES, profileOf, type Choice } from './profiles.ts';
import type { Shard } from './shard.ts';

/** Scenarios of a pattern, or one machine's part of them. */
export interface Plan extends Choice {
  pattern: Pattern;
  shard?: Shard;
}

const runner = join(projectRoot, 'node_modules/@playwright/test/cli.js');

/** Runs the plan's scenarios one after the other, and returns when the last has ended; what they found is in their records. */
export async function runPlan(plan: Plan, env: Record<string, string>): Promise<void> {
  await execa(process.execPath, [runner, ...argumentsOf(plan)], {
    cwd: projectRoot,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    reject: false,
    // whoever ends a job sends a signal to this process alone; on SIGINT the runner stops its scenario and tells what ran
    cancelSignal: interruption.signal,
    killSignal: 'SIGINT',
    forceKillAfterDelay: limits.runnerStopped,
  });
}

/** Refuses a part in which nothing is left to run: its machine would end well and have shown nothing. */
export async function refuseEmpty(plan: Plan): Promise<void> {
  if (plan.shard === undefined || (await plannedRuns(plan)).length > 0) return;
  const all = await plannedRuns({ ...plan, shard: undefined });
  throw new UsageError(
    `--shard ${plan.shard.part}/${plan.shard.of} has nothing to run: expected at most ${all.length} parts, one for each run of a scenario that is chosen; use fewer machines`,
  );
}

/** A run of a scenario; repeats are runs of their own. */
export interface PlannedRun {
  /** within scenarios/ */
  file: string;
  tags: readonly string[];
  annotations: readonly Annotation[];
}

interface Suite {
  suites?: Suite[];
  specs?: { file: string; tags: string[]; tests: Pick<PlannedRun, 'annotations'>[] }[];
}

/** The runs of a plan, or of every scenario there is, in their order, without running any. */
export async function plannedRuns(plan?: Plan): Promise<PlannedRun[]> {
  const chosen = plan === undefined ? ['test'] : argumentsOf(plan);
  const listed = await execa(process.execPath, [runner, ...chosen, '--list', '--reporter=json'], {
    cwd: projectRoot,
    stdin: 'ignore',
    reject: false,
    timeout: limits.scenariosListed,
  });
  try {
    return runsOf(JSON.parse(listed.stdout) as Suite);
  } catch (error) {
    throw new HoldfastError(`expected a list of the scenarios as JSON; the test runner said: ${listed.stderr.slice(-800)}`, {
      cause: error,
    });
  }
}

function runsOf({ suites = [], specs = [] }: Suite): PlannedRun[] {
  const own = specs.flatMap(({ file, tags, tests }) => tests.map(({ annotations }) => ({ file, tags, annotations })));
  return [...own, ...suites.flatMap(runsOf)];
}

function argumentsOf(plan: Plan): string[] {
  const { profile, repeat } = profileOf(plan);
  const chosen = profile === undefined ? plan.scenarios.map((name) => `/${name}.spec.ts`) : ['--grep', `${PROFILES[profile].tag}\\b`];
  const shard = plan.shard === undefined ? [] : [`--shard=${plan.shard.part}/${plan.shard.of}`];
  return ['test', ...chosen, `--project=${plan.pattern}`, `--repeat-each=${repeat}`, ...shard];
}
