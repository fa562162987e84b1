import { Command } from 'commander';

/** `holdfast bench`: the figures the project promises, measured here. */
export function benchCommand(): Command {
  return new Command('bench').description('measure the figures of the README').argument('[name]').option('--json').action(() => {
    throw new Error('not yet');
  });
}
