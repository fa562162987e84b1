import { HoldfastError } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { isAlive, type ProcessIdentity } from '../../support/processes.ts';
import type { Impairment } from '../model.ts';
import { createHostGroup } from './cgroups.ts';
import { companionLives, companionLog, companions, endCompanion, startCompanion } from './companions.ts';
import { inNamespace, routerLinks, routerNamespace } from './network.ts';
import { toolOf } from './prepared.ts';
import type { Lab } from './store.ts';

/*
 * A line of a number is a process, the TUN device it reads and a routing table, all of that number: packets with its mark are sent into the
 * device, and come out of it as the line lets them. Its end takes the device and the table's route with it; the router then forwards as ever.
 */

/** First number of a line; below are the numbers of hosts. */
const FIRST = 1000;
const MOST = 100;
/** Packets that wait for the reader; of the kernel's 500 a burst would lose some. */
const QUEUE = 10_000;
/** Share of the CPU relative to hosts: a starved line would be a slower one. */
const WEIGHT = 8;

/** Starts a line that ends itself after `ttlMs`, and gives its number. */
export async function startWire(lab: Lab, line: Extract<Impairment, { kind: 'line' }>, ttlMs: number): Promise<number> {
  const number = await freeNumber(lab);
  const device = deviceOf(number);
  const identity = await spawnWire(lab, device, [
    `-lease=${Math.ceil(ttlMs)}ms`,
    `-delay=${line.delayMs ?? 0}ms`,
    `-jitter=${line.jitterMs ?? 0}ms`,
    `-loss=${line.loss ?? 0}`,
    `-bytes-per-second=${line.bytesPerSecond ?? 0}`,
  ]);
  await until({
    subject: `line ${number}`,
    condition: 'its device in place',
    timeoutMs: limits.wireStarted,
    intervalMs: 2,
    probe: async () => {
      if (!isAlive(identity)) throw new HoldfastError(`line ${number} ended early: ${companionLog(lab, device)}`);
      return (await routerLinks(lab.record.name)).has(device);
    },
  });
  const rule = `ip rule show pref ${number} | grep -q . || ip rule add pref ${number} fwmark ${number} lookup ${number}`;
  const commands = [`ip link set ${device} txqueuelen ${QUEUE} up`, `ip route replace default dev ${device} table ${number}`, rule];
  await inNamespace(routerNamespace(lab.record.name), ['sh', '-ec', commands.join('\n')]);
  return number;
}

/** Ends the lines that are meant, and forgets those that have ended. */
export async function endWires(lab: Lab, isMeant: (number: number) => boolean): Promise<void> {
  for (const number of knownNumbers(lab)) {
    if (isMeant(number) || !companionLives(lab, deviceOf(number))) await endCompanion(lab, deviceOf(number));
  }
}

/** Whether the program of a line lives; without it packets pass as ever. */
export function wireLives(lab: Lab, number: number): boolean {
  return companionLives(lab, deviceOf(number));
}

async function spawnWire(lab: Lab, device: string, options: string[]): Promise<ProcessIdentity> {
  const groups = await createHostGroup(lab.record.name, 'wan', WEIGHT);
  const enter = groups.map((group) => `echo $$ > '${group}/cgroup.procs'`);
  const network = `--net=/run/netns/${routerNamespace(lab.record.name)}`;
  const script = [...enter, 'exec nsenter "$@"'].join('\n');
  return startCompanion(lab, device, ['sh', '-ec', script, 'sh', network, toolOf(lab, 'wire'), `-device=${device}`, ...options]);
}

async function freeNumber(lab: Lab): Promise<number> {
  const taken = await routerLinks(lab.record.name);
  const known = knownNumbers(lab);
  const free = Array.from({ length: MOST }, (_, index) => FIRST + index).find(
    (number) => !taken.has(deviceOf(number)) && !known.includes(number),
  );
  if (free === undefined) throw new HoldfastError(`expected at most ${MOST} lines at once: heal faults first`);
  return free;
}

function knownNumbers(lab: Lab): number[] {
  return companions(lab).flatMap((name) => {
    const number = /^wire(\d+)$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

const deviceOf = (number: number): string => `wire${number}`;
