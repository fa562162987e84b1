import { randomBytes } from 'node:crypto';
import { Command, Argument } from 'commander';
import { EXIT } from '../support/errors.ts';
import { tearDown } from '../topology/lab/down.ts';
import { bringUp } from '../topology/lab/up.ts';
import { prepare } from '../topology/lab/prepare.ts';
import { labTests, runChecks, unitChecks, type Tally } from './checks.ts';
import { requireRoot } from './options.ts';
import { progress } from './progress.ts';
import { runSpecs } from './run.ts';
import { interruption } from '../support/interrupt.ts';

/** `holdfast test`: the project's own tests; ends with a line "N passed, N failed". */
export function testCommand(): Command {
  return new Command('test')
    .description("the project's own tests: types, lint, units, a lab, the quick profile")
    .addArgument(
      new Argument('[part]', 'unit: seconds, no root; vm: on an emulated machine with systemd and cgroup v2').choices(['unit', 'vm']),
    )
    .action(async (part: 'unit' | 'vm' | undefined) => {
      const total = part === 'unit' ? await unit() : part === 'vm' ? await vm() : await everything();
      console.log(`${total.passed} passed, ${total.failed} failed`);
      process.exitCode = total.failed === 0 && total.passed > 0 ? EXIT.pass : EXIT.broken;
    });
}

async function unit(): Promise<Tally> {
  return runChecks(unitChecks(), progress);
}

async function vm(): Promise<Tally> {
  requireRoot('test vm');
  const { testVm } = await import('../topology/vm/test-vm.ts');
  return testVm(progress);
}

async function everything(): Promise<Tally> {
  requireRoot('test');
  const prepared = await prepare(progress);
  const units = await unit();
  const lab = await runChecks(labTests(prepared.tools), progress);
  return sum([units, lab, await quickProfile()]);
}

/** The quick profile as a user runs it, in a lab of its own that is stopped whatever happens. */
async function quickProfile(): Promise<Tally> {
  const name = `q${randomBytes(3).toString('hex')}`;
  void interruption.listen();
  try {
    await bringUp({ name }, progress);
    const { outcomes } = await runSpecs([], name);
    const held = outcomes.filter(({ verdict }) => verdict?.held === true).length;
    return { passed: held, failed: Math.max(outcomes.length - held, outcomes.length === 0 ? 1 : 0) };
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
