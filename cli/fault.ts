import { Command } from 'commander';
import { faultFrom, type Words } from '../faults/asking.ts';
import { refuseUnrest } from '../faults/at-rest.ts';
import { catalogue } from '../faults/catalogue.ts';
import { healAll } from '../faults/heal.ts';
import { injectFault } from '../faults/inject.ts';
import { readJournal, readable, unreadable, type JournalLine } from '../faults/journal.ts';
import { leaseOf } from '../faults/lease.ts';
import { startHealer } from '../run/healer.ts';
import { EXIT } from '../support/errors.ts';
import { say } from '../support/printable.ts';
import { takeLock } from '../support/lock.ts';
import { labTopology } from '../topology/lab/lab-topology.ts';
import { nameOption, requireRoot, type LabOptions } from './options.ts';

/** `holdfast fault`: the catalogue, injecting and healing by hand, and the journal. */
export function faultCommand(): Command {
  const command = new Command('fault').description('list faults, inject one, heal what is open, show the journal');
  command.command('list').description('the catalogue').action(list);
  command
    .command('inject')
    .description('inject a fault, prove it, and wait until its end is proven; its lease ends it, whoever lives')
    .argument('<fault>', 'its name in the catalogue')
    .argument('<target>', 'a host, several ("dcs1,dcs2"), a site, or primary, sync-standby, copies, dcs, balancer')
    .option('--for <length>', 'such as "20s"; not of a momentary fault')
    .option('--from <end>', 'other end of a network fault: database, standbys, everything, or a target')
    .option('--direction <way>', 'packets that are hit, seen from the target: both, out, in')
    .option('--by <delay>', 'delay: such as "50ms"')
    .option('--jitter <delay>', 'delay: up to this much more')
    .option('--share <share>', 'lose-packets: 0.05 to 1')
    .option('--to <rate>', 'limit-bandwidth: such as "1Mbit" a second')
    .option('--daemon <name>', 'stop-daemon, kill-daemon: such as "etcd", "haproxy", "patroni", "kube-apiserver"')
    .option('--app <app>', 'pods: api, worker, or postgres where the sites have databases of their own')
    .option('--grace <seconds>', 'delete-pods: time to end, such as "0"')
    .option('--weight <share>', 'weigh-site: such as "10%" of its own')
    .option('--every <length>', 'flap-healthcheck: period of the answers, such as "2s"')
    .option('--writes <rate>', 'surge: writes a second that it adds')
    .option('--reads <rate>', 'surge: reads a second that it adds')
    .option('--restore-to <time>', 'destroy-database: such as "2026-11-01T12:00:00.5Z"; otherwise to the end of the archive')
    .option('--allow-total-loss', 'also where no healthy site is left')
    .option('--detach', 'return when the effect is proven')
    .addOption(nameOption())
    .action(inject);
  command.command('heal').description('end every open fault of a lab').addOption(nameOption()).action(heal);
  command.command('log').description("a lab's fault journal").addOption(nameOption()).action(log);
  return command;
}

function list(): void {
  for (const fault of Object.values(catalogue)) say(`${fault.name.padEnd(19)} ${fault.kind}`);
}

type InjectOptions = LabOptions & Words & { for?: string; detach?: boolean };

async function inject(fault: string, target: string, { name, for: length, detach, ...words }: InjectOptions): Promise<void> {
  requireRoot('fault inject');
  const topology = labTopology(name);
  const spec = faultFrom(topology, { fault, target, words });
  const leaseMs = leaseOf(fault, length);
  using _alone = takeLock(topology.lockFile, `fault inject ${fault}`);
  await refuseUnrest(topology);
  const active = await injectFault({ topology, spec, leaseMs, startHealer: () => startHealer(topology) });
  const shown = readJournal(topology.journalDir, active.head.id);
  for (const line of shown) say(saying(line, shown));
  if (detach === true) return;
  const all = await active.gone();
  for (const line of all.slice(shown.length)) say(saying(line, all));
}

/** One line of a journal, with the time since its first. */
function saying({ state, atNs, fault, target, evidence }: JournalLine, [first]: readonly JournalLine[]): string {
  const sinceMs = Number((BigInt(atNs) - BigInt(first?.atNs ?? atNs)) / 1_000_000n);
  return `${`+${sinceMs} ms`.padStart(10)}  ${state.padEnd(8)} ${fault} on ${target}${evidence === undefined ? '' : `: ${evidence}`}`;
}

async function heal(options: LabOptions): Promise<void> {
  requireRoot('fault heal');
  const healings = await healAll(labTopology(options.name), 'holdfast fault heal');
  if (healings.length === 0) say('nothing to heal');
  for (const { fault, target, healed, error } of healings) say(`${fault} on ${target}: ${healed ? 'healed' : `not healed: ${error}`}`);
  if (healings.some(({ healed }) => !healed)) process.exitCode = EXIT.unhealed;
}

function log(options: LabOptions): void {
  requireRoot('fault log');
  const { journalDir } = labTopology(options.name);
  for (const { id, error } of unreadable(journalDir)) say(`${id}: ${error}`);
  const rows = readable(journalDir);
  if (rows.length === 0) say('the journal is empty');
  for (const lines of rows) {
    const zero = BigInt(lines[0]?.atNs ?? 0);
    const states = lines.map(({ state, atNs }) => `${state} +${Number((BigInt(atNs) - zero) / 1_000_000n)} ms`);
    say(`${lines[0]?.id} ${lines[0]?.fault} on ${lines[0]?.target}: ${states.join(', ')}`);
  }
}
