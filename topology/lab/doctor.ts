import { existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { execa } from 'execa';
import { MachineError, messageOf } from '../../support/errors.ts';
import { cacheDir, stateDir } from '../../support/paths.ts';
import { isRoot } from '../../support/user.ts';
import { missingPackages } from '../../toolchain/packages.ts';
import { cgroupVersion } from './cgroups.ts';
import { guardLack } from './guard.ts';
import { tryMechanism } from './mechanisms.ts';
import { routerNamespace } from './network.ts';
import { checkState } from './prepare.ts';
import { allLabs } from './store.ts';

export interface Examined {
  good: boolean;
  what: string;
  remedy?: string;
}

const GIB = 2 ** 30;
/** A default lab takes 2.5 GiB, its load up to 3 GiB more, and the judge less after it. */
const MEMORY_NEEDED = 6 * GIB;
/** Images, tools and the disks of one lab. */
const DISK_NEEDED = 6 * GIB;

/** Looks at this machine: system, rights, memory, disk, packages, kernel features. */
export async function examine(): Promise<Examined[]> {
  return [
    state(),
    { good: isRoot(), what: 'root', remedy: 'call through sudo' },
    {
      good: totalmem() >= MEMORY_NEEDED,
      what: `memory ${gib(totalmem())}, ${gib(freemem())} free`,
      remedy: `a default lab needs ${gib(MEMORY_NEEDED)}`,
    },
    ...diskSpace(),
    ...packages(),
    await tool('go', ['version'], 'install Go ≥ 1.26 from https://go.dev/dl'),
    { good: true, what: `cgroup v${cgroupVersion()}${existsSync('/run/systemd/system') ? ' under systemd' : ''}` },
    ...(await kernelFeatures()),
    ...(await guards()),
  ];
}

/** Refuses a machine that certainly cannot hold one more lab, before anything is started; a MachineError says what is missing. */
export async function requireRoom(): Promise<void> {
  const lacking = [
    missingMemory(),
    missingDisk(),
    ...(await kernelFeatures()).filter(({ good }) => !good).map(({ what, remedy }) => `${what}: ${remedy}`),
    await missingPacketFilter(),
  ];
  const texts = lacking.filter((text) => text !== undefined);
  if (texts.length > 0) throw new MachineError(texts.join('; '));
}

/** Without it a lab has no router; what other mechanisms lack only faults miss. */
async function missingPacketFilter(): Promise<string | undefined> {
  const { what, lacks } = await tryMechanism('packet filter');
  return lacks === undefined ? undefined : `kernel: ${what}: ${lacks}`;
}

function missingMemory(): string | undefined {
  const available = Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) * 1024;
  return available < 3 * GIB
    ? `expected at least 3.0 GiB of available memory for a lab; there are ${gib(available)}: end something, or use a larger machine`
    : undefined;
}

function missingDisk(): string | undefined {
  mkdirSync(stateDir(), { recursive: true });
  const { bavail, bsize } = statfsSync(stateDir());
  const free = bavail * bsize;
  return free < 2 * GIB
    ? `expected at least 2.0 GiB free below ${stateDir()} for a lab's disks; there are ${gib(free)}: make room, or set HOLDFAST_STATE`
    : undefined;
}

function state(): Examined {
  try {
    checkState();
    return { good: true, what: `state folder ${stateDir()}` };
  } catch (error) {
    return { good: false, what: 'state folder', remedy: messageOf(error) };
  }
}

function diskSpace(): Examined[] {
  return [stateDir(), cacheDir()]
    .filter((folder) => existsSync(folder))
    .map((folder) => {
      const { bavail, bsize } = statfsSync(folder);
      return {
        good: bavail * bsize >= DISK_NEEDED,
        what: `${gib(bavail * bsize)} free below ${folder}`,
        remedy: `a lab and its images need ${gib(DISK_NEEDED)}`,
      };
    });
}

function packages(): Examined[] {
  const missing = missingPackages();
  return [{ good: missing.length === 0, what: 'system packages', remedy: `"holdfast run" installs them: ${missing.join(', ')}` }];
}

/** Whether other users are kept out of each lab that is up. */
async function guards(): Promise<Examined[]> {
  const up = allLabs().filter(({ name }) => existsSync(`/run/netns/${routerNamespace(name)}`));
  return Promise.all(
    up.map(async ({ name }) => {
      const lack = await guardLack(name);
      const remedy = `"holdfast up --name ${name}" makes it anew`;
      return { good: lack === undefined, what: lack ?? `other users are kept out of lab "${name}"`, remedy };
    }),
  );
}

async function tool(name: string, args: string[], remedy: string): Promise<Examined> {
  const result = await execa(name, args, { reject: false, cwd: '/' });
  return { good: !result.failed, what: result.failed ? name : (result.stdout.split('\n')[0] ?? name), remedy };
}

async function kernelFeatures(): Promise<Examined[]> {
  // a file system that is a module is listed only once it is loaded, which its first mount would do
  await execa('modprobe', ['--quiet', '--all', 'overlay', 'ext4', 'loop', 'tun'], {
    reject: false,
    env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' },
  });
  const filesystems = readFileSync('/proc/filesystems', 'utf8');
  const has = (name: string): boolean => new RegExp(`\\b${name}$`, 'm').test(filesystems);
  const veth = await execa('unshare', ['--net', 'ip', 'link', 'add', 'probe0', 'type', 'veth', 'peer', 'name', 'probe1'], {
    reject: false,
  });
  return [
    { good: has('overlay'), what: 'kernel: overlayfs', remedy: 'load the module "overlay"' },
    { good: has('ext4'), what: 'kernel: ext4', remedy: 'load the module "ext4"' },
    { good: existsSync('/dev/loop-control'), what: 'kernel: loop devices', remedy: 'load the module "loop"' },
    { good: !veth.failed, what: 'kernel: network namespaces with veth', remedy: `load the module "veth": ${veth.stderr.split('\n')[0]}` },
  ];
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
