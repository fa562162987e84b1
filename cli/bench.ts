import { randomBytes } from 'node:crypto';
import { Command, Option } from 'commander';
import { benches } from '../run/bench/benches.ts';
import { figureOf, type Bench, type BenchContext, type Figure } from '../run/bench/figure.ts';
import { EXIT, UsageError } from '../support/errors.ts';
import { tearDown } from '../topology/lab/down.ts';
import { nameOption, repeats, requireRoot } from './options.ts';
import { progress } from './progress.ts';
import { CommandLab, interruptible, type KeepOptions } from './with-lab.ts';

interface BenchOptions extends KeepOptions {
  json?: boolean;
  repeats?: number;
}

/** `holdfast bench`: the figures the project promises, measured here; medians over repeats. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('measure the figures of the README on this machine')
    .argument('[name]', 'one figure; default: all')
    .addOption(nameOption())
    .addOption(new Option('--keep', 'leave a lab that this command started'))
    .addOption(new Option('--repeats <n>', 'how often each is measured').argParser(repeats))
    .option('--json', 'one object a line')
    .action(async (name: string | undefined, options: BenchOptions) => {
      const chosen = choose(name);
      requireRoot('bench');
      const context = { lab: options.name, scratch: `b${randomBytes(3).toString('hex')}` };
      const lab = new CommandLab(options);
      process.exitCode = await interruptible(
        async () => {
          // a lab beside them would take CPU from those that make their own
          await measure(
            chosen.filter(({ needs }) => needs === 'nothing'),
            context,
            options,
          );
          const onLab = chosen.filter(({ needs }) => needs === 'lab');
          await tearDown(context.scratch);
          if (onLab.length > 0) await lab.up();
          await measure(onLab, context, options);
          return EXIT.pass;
        },
        async () => {
          await tearDown(context.scratch);
          await lab.end();
        },
      );
    });
}

async function measure(chosen: readonly Bench[], context: BenchContext, options: BenchOptions): Promise<void> {
  for (const bench of chosen) {
    const values: number[] = [];
    const times = options.repeats ?? bench.repeats;
    for (let repeat = 0; repeat < times; repeat++) {
      progress(`${bench.what} (${repeat + 1} of ${times})`);
      values.push(await bench.measure(context));
    }
    const figure = figureOf(bench, values);
    console.log(options.json === true ? JSON.stringify(figure) : describe(bench, figure));
  }
}

function describe(bench: Bench, figure: Figure): string {
  const spread = `${Math.min(...figure.values)} to ${Math.max(...figure.values)}`;
  return `${figure.ok ? 'reached' : 'MISSED '} ${bench.what}: median ${figure.value} ${figure.unit} (${spread}, ${figure.values.length} times), to reach ${figure.reach}`;
}

function choose(name: string | undefined): readonly Bench[] {
  if (name === undefined) return benches.filter(({ seldom }) => seldom !== true);
  const found = benches.filter((bench) => bench.name === name);
  if (found.length === 0)
    throw new UsageError(`unknown figure "${name}": expected one of ${benches.map((bench) => bench.name).join(', ')}`);
  return found;
}
