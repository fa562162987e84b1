import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '../../support/errors.ts';
import { readJson, writeAtomic } from '../../support/files.ts';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { identify, isAlive, signalProcess, type ProcessIdentity } from '../../support/processes.ts';
import type { Impairment } from '../model.ts';
import { createHostGroup } from './cgroups.ts';
import { inNamespace, routerLinks, routerNamespace } from './network.ts';
import type { Prepared } from './prepare.ts';
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
  const device = `wire${number}`;
  const identity = await spawnWire(lab, device, [
    `-lease=${Math.ceil(ttlMs)}ms`,
    `-delay=${line.delayMs ?? 0}ms`,
    `-jitter=${line.jitterMs ?? 0}ms`,
    `-loss=${line.loss ?? 0}`,
    `-bytes-per-second=${line.bytesPerSecond ?? 0}`,
  ]);
  writeAtomic(identityFile(lab, number), JSON.stringify(identity));
  await until({
    subject: `line ${number}`,
    condition: 'its device in place',
    timeoutMs: limits.wireStarted,
    intervalMs: 2,
    probe: async () => {
      if (!isAlive(identity)) throw new HoldfastError(`line ${number} ended early: ${logOf(lab, device)}`);
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
    const identity = readJson<ProcessIdentity>(identityFile(lab, number));
    if (identity === undefined) continue;
    if (isMeant(number)) signalProcess(identity, 'SIGTERM');
    else if (isAlive(identity)) continue;
    await until({
      subject: `line ${number}`,
      condition: 'ended',
      timeoutMs: limits.hostGone,
      intervalMs: 2,
      probe: async () => !isAlive(identity),
    });
    rmSync(identityFile(lab, number), { force: true });
  }
}

async function spawnWire(lab: Lab, device: string, options: string[]): Promise<ProcessIdentity> {
  const program = readJson<Prepared>(join(lab.dir, 'prepared.json'))?.tools.wire;
  if (program === undefined)
    throw new HoldfastError(
      `lab ${lab.record.name} has no program for lines: expected one brought up by this version; take it down and up again`,
    );
  mkdirSync(companions(lab), { recursive: true });
  const groups = await createHostGroup(lab.record.name, 'wan', WEIGHT);
  const enter = groups.map((group) => `echo $$ > '${group}/cgroup.procs'`);
  const log = openSync(logFile(lab, device), 'w');
  const network = `--net=/run/netns/${routerNamespace(lab.record.name)}`;
  const args = ['-ec', [...enter, 'exec nsenter "$@"'].join('\n'), 'sh', network, program, `-device=${device}`, ...options];
  const child = spawn('sh', args, { detached: true, stdio: ['ignore', log, log], cwd: '/' });
  closeSync(log);
  child.unref();
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined) throw new HoldfastError(`${device} could not be started: ${logOf(lab, device)}`);
  return identity;
}

async function freeNumber(lab: Lab): Promise<number> {
  const taken = await routerLinks(lab.record.name);
  const free = Array.from({ length: MOST }, (_, index) => FIRST + index).find(
    (number) => !taken.has(`wire${number}`) && !existsSync(identityFile(lab, number)),
  );
  if (free === undefined) throw new HoldfastError(`expected at most ${MOST} lines at once: heal faults first`);
  return free;
}

function knownNumbers(lab: Lab): number[] {
  if (!existsSync(companions(lab))) return [];
  return readdirSync(companions(lab)).flatMap((file) => {
    const number = /^wire(\d+)\.json$/.exec(file)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function companions(lab: Lab): string {
  return join(lab.dir, 'companions');
}

function identityFile(lab: Lab, number: number): string {
  return join(companions(lab), `wire${number}.json`);
}

function logFile(lab: Lab, device: string): string {
  return join(companions(lab), `${device}.log`);
}

function logOf(lab: Lab, device: string): string {
  return existsSync(logFile(lab, device)) ? readFileSync(logFile(lab, device), 'utf8').trim().slice(-500) : 'no log';
}
