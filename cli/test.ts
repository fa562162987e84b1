import { Command } from 'commander';

/** `holdfast test`: the project's own tests. */
export function testCommand(): Command {
  return new Command('test').description("the project's own tests").action(() => {
    throw new Error('not yet');
  });
}
