import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HoldfastError } from '../../support/errors.ts';
import { openAnew, readWholeJson, writeAtomic } from '../../support/files.ts';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { command, identify, isAlive, signalProcess, type ProcessIdentity } from '../../support/processes.ts';
import {
  INIT_WEIGHT,
  cgroupVersion,
  createHostGroup,
  entryGroups,
  hostProcesses,
  isFrozen,
  keepInUnit,
  removeHostGroup,
  setFrozen,
} from './cgroups.ts';

/** What a host is made of. */
export interface Machine {
  lab: string;
  name: string;
  dir: string;
  image: string;
  /** read-only programs, bound below /opt/holdfast by name */
  tools: Record<string, string>;
  address: string;
  /** named network namespace; undefined: one of its own that leads nowhere (for making images) */
  network?: string;
  /** settings of the kernel that its programs are shown instead of the machine's, by their path in /proc/sys */
  shown?: Readonly<Record<string, number>>;
  /** share of the CPU relative to other hosts (default 1) */
  weight?: number;
  /** file system image of bounded size, and where it is mounted */
  disk?: { image: string; megabytes: number; at: string };
}

interface Running {
  outer: ProcessIdentity;
  init: ProcessIdentity;
}

/** Boots a machine whose network is in place; returns when its process 1 supervises. */
export async function bootMachine(machine: Machine): Promise<void> {
  if (machineInit(machine) !== undefined) throw new HoldfastError(`host ${machine.name} is running already`);
  for (const folder of ['upper', 'work', 'root', 'data/log', 'data/sv']) mkdirSync(join(machine.dir, folder), { recursive: true });
  const groups = await createHostGroup(machine.lab, machine.name, machine.weight);
  const outer = startOutside(machine, groups);
  const init = await until({
    subject: `host ${machine.name}`,
    condition: 'process 1 in place',
    timeoutMs: limits.hostBooted,
    intervalMs: 4,
    hint: `see ${join(machine.dir, 'boot.log')}`,
    probe: async () => initOf(outer, machine),
  });
  writeAtomic(join(machine.dir, 'machine.json'), JSON.stringify({ outer, init } satisfies Running));
}

/** Kills a machine's process 1, and with it everything; returns when no process of it is left. */
export async function killMachine(machine: Pick<Machine, 'dir' | 'lab' | 'name'>): Promise<void> {
  const running = runningOf(machine);
  if (running !== undefined) {
    // unshare, outside, reaps process 1 and ends by itself; killed too, it would leave that to the machine's own process 1
    if (!signalProcess(running.init, 'SIGKILL')) signalProcess(running.outer, 'SIGKILL');
  }
  for (const pid of hostProcesses(machine.lab, machine.name)) killQuietly(pid);
  // a frozen process dies only when thawed (cgroup v1)
  if (isFrozen(machine.lab, machine.name)) await setFrozen(machine.lab, machine.name, false);
  await until({
    subject: `host ${machine.name}`,
    condition: 'no process left',
    timeoutMs: limits.hostGone,
    intervalMs: 5,
    probe: async () =>
      hostProcesses(machine.lab, machine.name).length === 0 &&
      (running === undefined || (!isAlive(running.init) && !isAlive(running.outer))),
  });
  rmSync(join(machine.dir, 'machine.json'), { force: true });
  await removeHostGroup(machine.lab, machine.name);
}

/** Number of a machine's process 1 here, or undefined when it is off. */
export function machineInit(machine: Pick<Machine, 'dir'>): number | undefined {
  const running = runningOf(machine);
  return running !== undefined && isAlive(running.init) ? running.init.pid : undefined;
}

/** What was kept of a machine's start; undefined too where the power was lost before it was on disk, and with it the machine's. */
function runningOf({ dir }: Pick<Machine, 'dir'>): Running | undefined {
  const kept = readWholeJson<Partial<Running>>(join(dir, 'machine.json'));
  return kept?.init === undefined || kept.outer === undefined ? undefined : { init: kept.init, outer: kept.outer };
}

/** The arguments of `nsenter` that put a command into a machine; a HoldfastError when it is off. */
export function enterArgs(machine: Pick<Machine, 'dir' | 'name'>): string[] {
  const pid = machineInit(machine);
  if (pid === undefined) throw new HoldfastError(`host ${machine.name} is off: expected it running`);
  return ['-t', String(pid), '-m', '-u', '-i', '-n', '-p', '--'];
}

/** A command line that runs another one in a machine as one of its own processes: in its namespaces and in its groups. */
export function enterCommand(machine: Pick<Machine, 'dir' | 'lab' | 'name'>, args: readonly string[]): [string, ...string[]] {
  const enter = entryGroups(machine.lab, machine.name).map((group) => `echo $$ > '${group}/cgroup.procs'`);
  return ['sh', '-ec', [...enter, 'exec nsenter "$@"'].join('\n'), 'sh', ...enterArgs(machine), ...args];
}

/** Runs a command in a machine to its end and returns its output. */
export async function runIn(
  machine: Pick<Machine, 'dir' | 'name'>,
  args: string[],
  options: { timeoutMs?: number; input?: string } = {},
): Promise<string> {
  return command('nsenter', [...enterArgs(machine), ...args], {
    timeout: options.timeoutMs ?? limits.hostBooted,
    env: hostEnvironment,
    extendEnv: false,
    what: `${args[0]} on ${machine.name}`,
    ...(options.input === undefined ? {} : { input: options.input, stdin: undefined }),
  });
}

/** Makes an empty file system image of bounded size; sparse, so it costs what is written. */
export async function makeDisk({ image: path, megabytes }: NonNullable<Machine['disk']>): Promise<void> {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  await command('truncate', ['-s', `${megabytes}M`, draft]);
  await command('mkfs.ext4', ['-q', '-F', '-m', '0', '-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard', draft], {
    env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' },
  });
  await command('mv', [draft, path]);
}

export const hostEnvironment = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin:/opt/holdfast/kubernetes:/opt/holdfast/etcd',
  HOME: '/root',
  LANG: 'C.UTF-8',
};

function startOutside(machine: Machine, groups: string[]): ProcessIdentity {
  const log = openAnew(join(machine.dir, 'boot.log'));
  const enter = machine.network === undefined ? [] : ['nsenter', `--net=/run/netns/${machine.network}`];
  const args = [
    ...enter,
    'unshare',
    '--mount',
    '--pid',
    '--uts',
    '--ipc',
    ...(machine.network === undefined ? ['--net'] : []),
    '--fork',
    '--kill-child=SIGKILL',
    '--',
    join(import.meta.dirname, 'boot.sh'),
  ];
  const child = spawn(args[0] as string, args.slice(1), {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: {
      ...hostEnvironment,
      HOST_NAME: machine.name,
      HOST_DIR: machine.dir,
      HOST_IMAGE: machine.image,
      HOST_ADDRESS: machine.address,
      HOST_DISK: machine.disk?.image ?? '',
      HOST_DISK_AT: machine.disk?.at ?? '',
      HOST_TOOLS: Object.entries(machine.tools)
        .map(([name, path]) => `${name}=${path}`)
        .join(' '),
      HOST_SHOWN: Object.entries(machine.shown ?? {})
        .map(([file, value]) => `${file}=${value}`)
        .join(' '),
      HOST_CGROUPS: groups.join(' '),
      HOST_CGROUP_VERSION: String(cgroupVersion()),
      HOST_INIT_WEIGHT: String(100 * INIT_WEIGHT),
    },
  });
  closeSync(log);
  child.unref();
  const outer = child.pid === undefined ? undefined : identify(child.pid);
  if (outer === undefined) throw new HoldfastError(`host ${machine.name} could not be started: ${bootLog(machine)}`);
  keepInUnit(machine.lab, outer.pid);
  return outer;
}

function initOf(outer: ProcessIdentity, machine: Machine): ProcessIdentity | undefined {
  if (!isAlive(outer)) throw new HoldfastError(`boot of ${machine.name} ended early: ${bootLog(machine)}`);
  const children = readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  const pid = Number(children[0]);
  if (!Number.isInteger(pid) || pid === 0) return undefined;
  // before pivot_root a command would run in half a machine
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'catatonit' ? identify(pid) : undefined;
}

function bootLog(machine: Machine): string {
  const path = join(machine.dir, 'boot.log');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().slice(-1000) : 'no boot.log';
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ended meanwhile
  }
}

/** Writes a file of a host's disk, whether the host is on or off. */
export function writeHostFile(machine: Pick<Machine, 'dir'>, path: string, content: string, mode = 0o644): void {
  const target = join(machine.dir, 'data', path);
  mkdirSync(join(target, '..'), { recursive: true });
  writeFileSync(target, content, { mode });
}
