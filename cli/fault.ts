import { Command } from 'commander';
import { catalogue } from '../faults/catalogue.ts';
import { healAll } from '../faults/heal.ts';
import { readable, unreadable } from '../faults/journal.ts';
import { EXIT } from '../support/errors.ts';
import { labTopology } from '../topology/lab/lab-topology.ts';
import { nameOption, requireRoot, type LabOptions } from './options.ts';

/** `holdfast fault`: the catalogue, the journal, and healing by hand. */
export function faultCommand(): Command {
  const command = new Command('fault').description('list faults, heal what is open, show the journal');
  command.command('list').description('the catalogue').action(list);
  command.command('heal').description('end every open fault of a lab').addOption(nameOption()).action(heal);
  command.command('log').description("a lab's fault journal").addOption(nameOption()).action(log);
  return command;
}

function list(): void {
  for (const fault of Object.values(catalogue)) console.log(`${fault.name.padEnd(12)} ${fault.kind}`);
}

async function heal(options: LabOptions): Promise<void> {
  requireRoot('fault heal');
  const healings = await healAll(labTopology(options.name), 'holdfast fault heal');
  if (healings.length === 0) console.log('nothing to heal');
  for (const { fault, target, healed, error } of healings)
    console.log(`${fault} on ${target}: ${healed ? 'healed' : `not healed: ${error}`}`);
  if (healings.some(({ healed }) => !healed)) process.exitCode = EXIT.unhealed;
}

function log(options: LabOptions): void {
  requireRoot('fault log');
  const { journalDir } = labTopology(options.name);
  for (const { id, error } of unreadable(journalDir)) console.log(`${id}: ${error}`);
  const rows = readable(journalDir);
  if (rows.length === 0) console.log('the journal is empty');
  for (const lines of rows) {
    const zero = BigInt(lines[0]?.atNs ?? 0);
    const states = lines.map(({ state, atNs }) => `${state} +${Number((BigInt(atNs) - zero) / 1_000_000n)} ms`);
    console.log(`${lines[0]?.id} ${lines[0]?.fault} on ${lines[0]?.target}: ${states.join(', ')}`);
  }
}
