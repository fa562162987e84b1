import { randomBytes } from 'node:crypto';
import { Argument, Command, Option } from 'commander';
import { MECHANISMS } from '../run/crash/mechanisms.ts';
import { runPasses, tablesOf, type Passes } from '../run/crash/passes.ts';
import { EXIT, UsageError } from '../support/errors.ts';
import { interruption } from '../support/interrupt.ts';
import { tearDown } from '../topology/lab/down.ts';
import { labTopology } from '../topology/lab/lab-topology.ts';
import { bringUp } from '../topology/lab/up.ts';
import { PATTERNS, type Pattern } from '../topology/model.ts';
import { prepare } from '../topology/lab/prepare.ts';
import { labTests, runChecks, unitChecks, type Tally } from './checks.ts';
import { repeatsOrNone, requireRoot } from './options.ts';
import { progress } from './progress.ts';
import { runSpecs } from './run.ts';
import { plannedRuns } from './scenario-runner.ts';
import { attempts, mostUnjudged, tallyOf, withoutUnjudged, type Attempt } from './unjudged.ts';

/** `holdfast test`: the project's own tests; ends with a line "N passed, N failed". */
export function testCommand(): Command {
  return new Command('test')
    .description("the project's own tests: types, lint, units, a lab, the quick profiles of both patterns")
    .addArgument(
      new Argument(
        '[part]',
        'unit: seconds, no root; vm: on an emulated machine with systemd and cgroup v2; crash: everything of ours killed at every state of every mechanism',
      ).choices(['unit', 'vm', 'crash']),
    )
    .addOption(new Option('--passes <n>', 'crash: how often the whole matrix').argParser(repeatsOrNone).default(3))
    .addOption(new Option('--tenths <n>', 'crash: how often a random tenth of it').argParser(repeatsOrNone).default(20))
    .addOption(new Option('--only <mechanism>', 'crash: cells of this one').choices(MECHANISMS.map((mechanism) => mechanism.name)))
    .action(async (part: Part | undefined, options: Passes) => {
      const total = await parts[part ?? 'everything'](options);
      console.log(`${total.passed} passed, ${total.failed} failed`);
      process.exitCode = total.failed === 0 && total.passed > 0 ? EXIT.pass : EXIT.broken;
    });
}

type Part = 'unit' | 'vm' | 'crash';

const parts: Record<Part | 'everything', (options: Passes) => Promise<Tally>> = { unit, vm, crash, everything };

async function unit(): Promise<Tally> {
  return runChecks(unitChecks(), progress);
}

async function vm(): Promise<Tally> {
  requireRoot('test vm');
  const { testVm } = await import('../topology/vm/test-vm.ts');
  return testVm(progress);
}

/** The crash matrix in two labs, whose cells mostly wait for leases. */
async function crash(passes: Passes): Promise<Tally> {
  if (passes.passes + passes.tenths === 0) throw new UsageError('test crash: expected "--passes" or "--tenths" above 0: both came as 0');
  requireRoot('test crash');
  const names = Array.from({ length: 2 }, () => `c${randomBytes(3).toString('hex')}`);
  void interruption.listen();
  try {
    for (const name of names) await bringUp({ name, shape: { nodes: 1 } }, progress);
    const held = await runPasses(names.map(labTopology), passes, progress);
    console.log(tablesOf(held));
    const failed = held.filter((cell) => 'error' in cell).length;
    return { passed: held.length - failed, failed };
  } finally {
    interruption.clear();
    for (const name of names) await tearDown(name);
  }
}

async function everything(): Promise<Tally> {
  requireRoot('test');
  const prepared = await prepare(progress);
  const units = await unit();
  const lab = await runChecks(labTests(prepared.tools), progress);
  const planned = await Promise.all(PATTERNS.map((pattern) => plannedRuns({ pattern, scenarios: [] })));
  const most = mostUnjudged(planned.flat().length);
  const profiles: Attempt[][] = [];
  for (const pattern of PATTERNS) {
    profiles.push(await quickProfile(pattern, most));
    // what did not come to its end has failed already; whoever ended it wants no more
    if (interruption.code !== undefined) break;
  }
  return sum([units, lab, tallyOf(process.env.HOLDFAST_UNJUDGED === 'tell' ? withoutUnjudged(profiles, progress) : profiles, progress)]);
}

/** The quick profile of a pattern as a user runs it, in a lab of its own that is stopped whatever happens. */
async function quickProfile(pattern: Pattern, most: number): Promise<Attempt[]> {
  const name = `q${randomBytes(3).toString('hex')}`;
  void interruption.listen();
  try {
    await bringUp({ name, shape: { pattern } }, progress);
    const run = async (scenarios: readonly string[]) => (await runSpecs(scenarios, { lab: name, pattern })).outcomes;
    return await attempts(run, { most, say: progress });
  } finally {
    interruption.clear();
    await tearDown(name);
  }
}

function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce((total, { passed, failed }) => ({ passed: total.passed + passed, failed: total.failed + failed }), {
    passed: 0,
    failed: 0,
  });
}
