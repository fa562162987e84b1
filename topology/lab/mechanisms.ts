import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { messageOf } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { readJson, writeAtomic } from '../../support/files.ts';
import { stateDir } from '../../support/paths.ts';
import { MECHANISMS, type Mechanism } from '../model.ts';
import { cgroupVersion, createHostGroup, removeHostGroup, removeLabGroups, setFrozen } from './cgroups.ts';

/** What became of trying one mechanism on this machine. */
export interface Tried {
  mechanism: Mechanism;
  what: string;
  /** why it cannot be used, and what would help; absent when it can */
  lacks?: string;
}

const trials: Record<Mechanism, { what: () => string; remedy: string; trial: () => Promise<void> }> = {
  freezer: { what: () => `cgroup freezer (v${cgroupVersion()})`, remedy: 'mount the freezer controller', trial: tryFreezer },
  'packet filter': {
    what: () => 'nftables sets and maps whose elements time out, and such that packets add to',
    remedy: 'load the module "nf_tables"',
    trial: () =>
      inNewNetwork(
        'nft',
        'add table inet probe; add set inet probe dropped { type ifname . mark; flags timeout; }; add map inet probe lines { type ifname . mark : mark; flags timeout; }; add set inet probe remembered { typeof meta mark . ip saddr . tcp sport; flags dynamic, timeout; timeout 1h; }; add element inet probe dropped { "lo" . 1 timeout 1s }',
      ),
  },
  lines: {
    what: () => 'TUN devices',
    remedy: 'load the module "tun"',
    trial: () => inNewNetwork('ip', 'tuntap', 'add', 'dev', 'probe0', 'mode', 'tun'),
  },
  disks: { what: () => 'disks of bounded size (ext4 on a loop device)', remedy: 'load the modules "loop" and "ext4"', trial: tryDisk },
};

/** Tries each mechanism of faults on this machine: with a process, devices and an image of its own, which are gone afterwards. */
export function tryMechanisms(): Promise<Tried[]> {
  return Promise.all(MECHANISMS.map(tryMechanism));
}

/** Tries one of them. */
export async function tryMechanism(mechanism: Mechanism): Promise<Tried> {
  const { what, remedy, trial } = trials[mechanism];
  try {
    await trial();
    return { mechanism, what: what() };
  } catch (error) {
    return { mechanism, what: what(), lacks: `${messageOf(error).split('\n')[0]}: ${remedy}` };
  }
}

/** Keeps what was tried with a lab, so that a fault can be refused without trying again. */
export function keepTried(labDir: string, tried: readonly Tried[]): void {
  writeAtomic(fileOf(labDir), JSON.stringify(tried));
}

/** Why a lab's machine cannot use a mechanism, as it was tried when the lab was last brought up; undefined when it can. */
export function lacking(labDir: string, mechanism: Mechanism): string | undefined {
  return readJson<Tried[]>(fileOf(labDir))?.find((tried) => tried.mechanism === mechanism)?.lacks;
}

/** Whether the kernel can delay packets itself; nothing needs it. */
export async function hasNetem(): Promise<boolean> {
  return inNewNetwork('tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms').then(
    () => true,
    () => false,
  );
}

async function tryFreezer(): Promise<void> {
  // no lab can have such a name
  const [lab, host] = [`Trial${process.pid}`, 'host'];
  const sleeper = spawn('sleep', ['30'], { stdio: 'ignore', cwd: '/' });
  try {
    const groups = await createHostGroup(lab, host);
    for (const group of groups) writeFileSync(join(group, 'cgroup.procs'), String(sleeper.pid));
    await setFrozen(lab, host, true);
    await setFrozen(lab, host, false);
  } finally {
    const ended = new Promise((resolve) => sleeper.once('exit', resolve));
    sleeper.kill('SIGKILL');
    await ended;
    await removeHostGroup(lab, host);
    await removeLabGroups(lab);
  }
}

async function tryDisk(): Promise<void> {
  const folder = mkdtempSync(join(stateDir(), 'trial-'));
  try {
    const script = 'truncate -s 8M image; mkfs.ext4 -q -F image; mkdir at; mount -o loop image at; echo here > at/file; umount at';
    await must('unshare', ['--mount', 'sh', '-ec', script], folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inNewNetwork(...command: string[]): Promise<void> {
  return must('unshare', ['--net', ...command], '/');
}

async function must(file: string, args: string[], cwd: string): Promise<void> {
  const result = await execa(file, args, {
    reject: false,
    cwd,
    timeout: limits.hostBooted,
    env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' },
  });
  if (result.failed) throw new Error(result.stderr.split('\n')[0] || result.shortMessage);
}

function fileOf(labDir: string): string {
  return join(labDir, 'mechanisms.json');
}
