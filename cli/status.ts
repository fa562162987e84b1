import { Command } from 'commander';
import { openFaults, unreadable } from '../faults/journal.ts';
import { guardLack } from '../topology/lab/guard.ts';
import { labTopology } from '../topology/lab/lab-topology.ts';
import { messageOf } from '../support/errors.ts';
import { say } from '../support/printable.ts';
import { allLabs, unreadableLabs } from '../topology/lab/store.ts';
import { nameOption, requireRoot, type LabOptions } from './options.ts';

/** `holdfast status`: what is up of a lab, and what is open of faults. */
export function statusCommand(): Command {
  return new Command('status')
    .description('show what of a lab is up')
    .addOption(nameOption())
    .action(async (options: LabOptions) => {
      requireRoot('status');
      const labs = allLabs();
      say(labs.length === 0 ? 'no lab on this machine' : `labs on this machine: ${labs.map(({ name }) => name).join(', ')}`);
      for (const name of unreadableLabs()) say(`lab "${name}": its record cannot be read; "holdfast down --name ${name}" removes it`);
      if (!labs.some(({ name }) => name === options.name)) {
        say(`no lab "${options.name}": "holdfast up --name ${options.name}" makes one`);
        return;
      }
      await describe(options.name);
    });
}

async function describe(name: string): Promise<void> {
  const topology = labTopology(name);
  const lack = await guardLack(name);
  if (lack !== undefined) say(`OPEN       ${lack} "holdfast up --name ${name}" makes it anew`);
  for (const host of topology.hosts)
    say(`${host.name.padEnd(10)} ${host.role.padEnd(18)} ${host.address.padEnd(16)} ${await host.state()}`);
  const copies = await topology.database.copies().catch((error: unknown) => messageOf(error));
  if (typeof copies === 'string') say(`database   ${copies}`);
  else
    for (const copy of copies)
      say(
        `${copy.name.padEnd(10)} ${copy.role}${copy.sync ? ', synchronous' : ''}, timeline ${copy.timeline}, ${copy.running ? 'running' : 'not running'}`,
      );
  const backends = await topology.balancer.backends().catch((error: unknown) => ({ 'load balancer': messageOf(error) }));
  say(
    Object.entries(backends)
      .map(([backend, status]) => `${backend} ${status}`)
      .join(', '),
  );
  for (const { id, error } of unreadable(topology.journalDir)) say(`fault ${id}, whose journal cannot be read: ${error}`);
  for (const lines of openFaults(topology.journalDir))
    say(`open fault: ${lines[0]?.fault} on ${lines[0]?.target} (${lines.at(-1)?.state})`);
}
