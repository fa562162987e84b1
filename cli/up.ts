import { Command } from 'commander';
import { bringUp } from '../topology/lab/up.ts';
import { nameOption, requireRoot, sabotageOption, shapeOf, shapeOptions, type ShapeOptions } from './options.ts';
import { progress } from './progress.ts';

/** `holdfast up`: a lab from nothing, or the repair of one that is up. */
export function upCommand(): Command {
  const command = new Command('up').description('bring a lab up, or repair what is missing of one').addOption(nameOption());
  for (const option of [...shapeOptions(), sabotageOption()]) command.addOption(option);
  return command.action(async (options: ShapeOptions) => {
    requireRoot('up');
    const { lab, created } = await bringUp({ name: options.name, shape: shapeOf(options) }, progress);
    const url = `http://${lab.plan.hosts.find(({ role }) => role === 'load-balancer')?.address}/api/healthcheck`;
    progress(`lab "${options.name}" ${created ? 'is up' : 'was up and is whole'}: load balancer at ${url}`);
  });
}
