import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { MachineError } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';

/** The cgroup version whose controllers this machine uses. */
export function cgroupVersion(): 1 | 2 {
  return hierarchies().length > 0 ? 1 : 2;
}

/** A lab counts as this many ordinary processes beside the machine's other work: a starved one would look like a broken one. Not more: the kernel's own threads, which carry its disks and packets, count as one each. */
const LAB_WEIGHT = 4;

/** A host's own processes have half the CPU of its pods when both want it, as `system.slice` has beside `kubepods` on a node of two CPUs: starting pods is much work of the daemons, and must not stop the pods that serve. */
export const INIT_WEIGHT = 0.5;

/** Makes the group(s) of one host, of a CPU weight relative to other hosts, and returns the folders its process 1 must enter (v1: one a hierarchy; v2: one, whose children the host makes itself). */
export async function createHostGroup(lab: string, host: string, weight = 1): Promise<string[]> {
  const folders = await labGroups(lab);
  return folders.map((folder) => {
    const group = join(folder, host);
    makeGroup(group, weight);
    if (cgroupVersion() === 2) return group;
    makeGroup(join(group, 'pods'), 1);
    makeGroup(join(group, 'init'), INIT_WEIGHT);
    return join(group, 'init');
  });
}

/** Paths of the groups of a host's own processes and of its pods, as the host sees them. */
export function groupsInHost(lab: string, host: string): { init: string; pods: string } {
  const own = cgroupVersion() === 1 ? hostGroupPath(lab, host) : '';
  return { init: `${own}/init`, pods: `${own}/pods` };
}

/** Sets the CPU weight of a running host relative to other hosts; one that is off has none. */
export function weighHost(lab: string, host: string, weight: number): void {
  for (const group of hostGroups(lab, host)) weigh(group, weight);
}

/** Moves the process that keeps a host's namespaces into the lab's own unit (v2), so that the end of its caller's session cannot end the host. */
export function keepInUnit(lab: string, pid: number): void {
  if (cgroupVersion() === 1) return;
  try {
    writeFileSync(join(unifiedBase(lab), 'holder/cgroup.procs'), String(pid));
  } catch {
    // it has ended already, which the wait for its host reports with its log
  }
}

/** The folders that a process outside enters to be in a running host's groups, its CPU weight and freezer included (v1: one a hierarchy; v2: one). */
export function entryGroups(lab: string, host: string): string[] {
  return hostGroups(lab, host)
    .map((group) => join(group, 'init'))
    .filter((folder) => existsSync(folder));
}

/* A host's groups, there or not: v1 has one in each hierarchy. */
function hostGroups(lab: string, host: string): string[] {
  return cgroupVersion() === 1 ? hierarchies().map((mount) => join(mount, hostGroupPath(lab, host))) : [join(unifiedBase(lab), host)];
}

/* Path of a host's group in each hierarchy of cgroup v1. */
function hostGroupPath(lab: string, host: string): string {
  return `/holdfast/${lab}/${host}`;
}

/** Stops or resumes every process of a host (v1 freezer, v2 cgroup.freeze); returns when the kernel says it is done. */
export async function setFrozen(lab: string, host: string, frozen: boolean): Promise<void> {
  const version = cgroupVersion();
  const group = freezerGroup(lab, host);
  if (group === undefined) throw new MachineError(`host ${host} has no freezer group: expected a running host of lab ${lab}`);
  const [file, value] = version === 1 ? ['freezer.state', frozen ? 'FROZEN' : 'THAWED'] : ['cgroup.freeze', frozen ? '1' : '0'];
  await until({
    subject: `host ${host}`,
    condition: frozen ? 'frozen' : 'thawed',
    timeoutMs: limits.hostGone,
    intervalMs: 5,
    probe: async () => {
      writeFileSync(join(group, file), value);
      return isFrozen(lab, host) === frozen;
    },
  });
}

/** Whether a host is frozen, as the kernel reports it. */
export function isFrozen(lab: string, host: string): boolean {
  const group = freezerGroup(lab, host);
  if (group === undefined) return false;
  if (cgroupVersion() === 1) return readFileSync(join(group, 'freezer.state'), 'utf8').trim() !== 'THAWED';
  return /^frozen 1$/m.test(readFileSync(join(group, 'cgroup.events'), 'utf8'));
}

/** Every process in a host's groups, by its number here. */
export function hostProcesses(lab: string, host: string): number[] {
  const group = freezerGroup(lab, host);
  return group === undefined ? [] : processesBelow(group);
}

/** Every process in a lab's groups, whoever made it. */
export function labProcesses(lab: string): number[] {
  const folders = cgroupVersion() === 1 ? hierarchies().map((mount) => join(mount, 'holdfast', lab)) : [unifiedBase(lab)];
  return [...new Set(folders.filter((folder) => existsSync(folder)).flatMap(processesBelow))];
}

/** Removes a host's groups once it has no process; a busy one is left and named by the caller's check. */
export async function removeHostGroup(lab: string, host: string): Promise<void> {
  for (const folder of await labGroups(lab, { create: false })) removeTree(join(folder, host));
}

/** Removes what is left of a lab's groups, and the transient unit that held them. */
export async function removeLabGroups(lab: string): Promise<void> {
  for (const folder of await labGroups(lab, { create: false })) removeTree(folder);
  if (cgroupVersion() === 1) {
    for (const mount of hierarchies()) removeIfEmpty(join(mount, 'holdfast'));
    return;
  }
  if (underSystemd()) await execa('systemctl', ['stop', `${unitOf(lab)}.service`], { reject: false });
  else removeIfEmpty('/sys/fs/cgroup/holdfast');
}

function freezerGroup(lab: string, host: string): string | undefined {
  const folder = cgroupVersion() === 1 ? hierarchies().find((mount) => mount.split('/').at(-1)?.includes('freezer')) : unifiedBase(lab);
  if (folder === undefined) return undefined;
  const group = cgroupVersion() === 1 ? join(folder, hostGroupPath(lab, host)) : join(folder, host);
  return existsSync(group) ? group : undefined;
}

async function labGroups(lab: string, options: { create?: boolean } = {}): Promise<string[]> {
  const create = options.create ?? true;
  if (cgroupVersion() === 2) {
    const base = unifiedBase(lab);
    if (!existsSync(join(base, 'holder')) && create) await madeOnce(lab, base);
    return existsSync(base) ? [base] : [];
  }
  return hierarchies().flatMap((mount) => {
    const top = join(mount, 'holdfast');
    const folder = join(top, lab);
    if (!existsSync(folder) && !create) return [];
    makeGroup(top, LAB_WEIGHT);
    makeGroup(folder, 1);
    return [folder];
  });
}

/** Mount points of the cgroup v1 hierarchies, the named systemd one included, and of an empty v2 one beside them. */
function hierarchies(): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const first = mounts.filter(([, , type]) => type === 'cgroup').flatMap(([, path]) => path ?? []);
  if (first.length === 0) return [];
  const hybrid = mounts.filter(([, , type]) => type === 'cgroup2').flatMap(([, path]) => path ?? []);
  return [...new Set([...first, ...hybrid])];
}

function makeGroup(group: string, weight: number): void {
  mkdirSync(group, { recursive: true });
  copyCpuset(group);
  weigh(group, weight);
}

/* A group of v1's cpuset takes no process before it has CPUs; other hierarchies have no such files. */
function copyCpuset(group: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const own = join(group, file);
    if (existsSync(own) && readFileSync(own, 'utf8').trim() === '')
      writeFileSync(own, readFileSync(join(group, '..', file), 'utf8').trim());
  }
}

function unitOf(lab: string): string {
  return `holdfast-${lab}`;
}

function underSystemd(): boolean {
  return existsSync('/run/systemd/system');
}

function unifiedBase(lab: string): string {
  return underSystemd() ? `/sys/fs/cgroup/system.slice/${unitOf(lab)}.service` : `/sys/fs/cgroup/holdfast/${lab}`;
}

const inTheMaking = new Map<string, Promise<void>>();

/** Hosts boot side by side; the first one makes the groups that all of them need. */
async function madeOnce(lab: string, base: string): Promise<void> {
  const making = inTheMaking.get(lab) ?? createUnifiedBase(lab, base).finally(() => inTheMaking.delete(lab));
  inTheMaking.set(lab, making);
  await making;
}

/** Under systemd a transient, delegated unit owns the groups; a group with enabled controllers may hold no process, so its holder moves to a child. */
async function createUnifiedBase(lab: string, base: string): Promise<void> {
  if (underSystemd()) {
    // the unit is there without a holder when an earlier call was interrupted
    if (!existsSync(base)) await startUnit(lab);
  } else {
    leaveGroup('/sys/fs/cgroup');
    enableControllers('/sys/fs/cgroup');
    mkdirSync('/sys/fs/cgroup/holdfast', { recursive: true });
    enableControllers('/sys/fs/cgroup/holdfast');
    mkdirSync(base, { recursive: true });
  }
  mkdirSync(join(base, 'holder'), { recursive: true });
  leaveGroup(base, 'holder');
  enableControllers(base);
  weigh(base, LAB_WEIGHT);
}

/** The weight of the unit's own group is systemd's to keep: what is written there behind its back is lost at its next reload. */
async function startUnit(lab: string): Promise<void> {
  const properties = ['Delegate=yes', `CPUWeight=${100 * LAB_WEIGHT}`].flatMap((property) => ['-p', property]);
  const started = await execa('systemd-run', [`--unit=${unitOf(lab)}`, ...properties, '--collect', 'sleep', 'infinity'], { reject: false });
  if (started.failed) throw new MachineError(`systemd refused a delegated unit for lab ${lab}: ${started.stderr}`);
}

/** Sets a group's share of the CPU relative to an ordinary one (v1 cpu.shares, v2 cpu.weight); other hierarchies have neither file. */
function weigh(group: string, factor: number): void {
  const [shares, weight] = [join(group, 'cpu.shares'), join(group, 'cpu.weight')];
  if (existsSync(shares)) writeFileSync(shares, String(1024 * factor));
  if (existsSync(weight)) writeFileSync(weight, String(100 * factor));
}

function leaveGroup(group: string, child = 'holdfast-init'): void {
  const processes = readFileSync(join(group, 'cgroup.procs'), 'utf8')
    .trim()
    .split('\n')
    .filter((line) => line !== '' && line !== '0');
  if (processes.length === 0 || !existsSync(join(group, 'cgroup.type'))) return;
  mkdirSync(join(group, child), { recursive: true });
  for (const pid of processes) {
    try {
      writeFileSync(join(group, child, 'cgroup.procs'), pid);
    } catch {
      // ended meanwhile, or a kernel thread that may not be moved
    }
  }
}

function enableControllers(group: string): void {
  const available = readFileSync(join(group, 'cgroup.controllers'), 'utf8').trim().split(' ').filter(Boolean);
  writeFileSync(join(group, 'cgroup.subtree_control'), available.map((name) => `+${name}`).join(' '));
}

function processesBelow(group: string): number[] {
  const own = readFileSync(join(group, 'cgroup.procs'), 'utf8').trim().split('\n').filter(Boolean).map(Number);
  return [...own, ...childrenOf(group).flatMap(processesBelow)];
}

function removeTree(group: string): void {
  if (!existsSync(group)) return;
  for (const child of childrenOf(group)) removeTree(child);
  removeIfEmpty(group);
}

function removeIfEmpty(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // still in use (another lab, or a process that is ending): the next removal takes it
  }
}

function childrenOf(group: string): string[] {
  try {
    return readdirSync(group, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(group, entry.name));
  } catch {
    return [];
  }
}
