import { Command } from 'commander';
import { tearDown } from '../topology/lab/down.ts';
import { nameOption, requireRoot, type LabOptions } from './options.ts';
import { progress } from './progress.ts';

/** `holdfast down`: stops a lab and removes all of it. */
export function downCommand(): Command {
  return new Command('down')
    .description('stop a lab and leave nothing of it behind')
    .addOption(nameOption())
    .action(async (options: LabOptions) => {
      requireRoot('down');
      const was = await tearDown(options.name);
      progress(was ? `lab "${options.name}" is gone` : `there is no lab "${options.name}"; nothing to do`);
    });
}
