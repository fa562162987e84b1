import { randomBytes } from 'node:crypto';
import { Command, Option } from 'commander';
import { benches } from '../run/bench/benches.ts';
import { figureOf, type Bench, type Figure } from '../run/bench/figure.ts';
import { UsageError } from '../support/errors.ts';
import { nameOption, requireRoot, type LabOptions } from './options.ts';
import { progress } from './progress.ts';
import { withLab } from './run.ts';

interface BenchOptions extends LabOptions {
  json?: boolean;
  repeats?: string;
  keep?: boolean;
}

/** `holdfast bench`: the figures the project promises, measured here; medians over repeats. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('measure the figures of the README on this machine')
    .argument('[name]', 'one figure; default: all')
    .addOption(nameOption())
    .addOption(new Option('--keep', 'leave a lab that this command started'))
    .option('--repeats <n>', 'how often each is measured')
    .option('--json', 'one object a line')
    .action(async (name: string | undefined, options: BenchOptions) => {
      const chosen = choose(name);
      requireRoot('bench');
      process.exitCode = await withLab(options, () => measureAll(chosen, options));
    });
}

async function measureAll(chosen: readonly Bench[], options: BenchOptions): Promise<number> {
  const scratch = `b${randomBytes(3).toString('hex')}`;
  for (const bench of chosen) {
    const values: number[] = [];
    const repeats = options.repeats === undefined ? bench.repeats : Number(options.repeats);
    for (let repeat = 0; repeat < repeats; repeat++) {
      progress(`${bench.what} (${repeat + 1} of ${repeats})`);
      values.push(await bench.measure({ lab: options.name, scratch }));
    }
    const figure = figureOf(bench, values);
    console.log(options.json === true ? JSON.stringify(figure) : describe(bench, figure));
  }
  return 0;
}

function describe(bench: Bench, figure: Figure): string {
  const spread = `${Math.min(...figure.values)} to ${Math.max(...figure.values)}`;
  return `${figure.ok ? 'reached' : 'MISSED '} ${bench.what}: median ${figure.value} ${figure.unit} (${spread}, ${figure.values.length} times), to reach ${figure.reach}`;
}

function choose(name: string | undefined): readonly Bench[] {
  if (name === undefined) return benches;
  const found = benches.filter((bench) => bench.name === name);
  if (found.length === 0)
    throw new UsageError(`unknown figure "${name}": expected one of ${benches.map((bench) => bench.name).join(', ')}`);
  return found;
}
