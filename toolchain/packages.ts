import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { MachineError } from '../support/errors.ts';
import type { Progress } from './artefact.ts';

/** Programs that a lab needs on the machine itself, with their Debian packages. */
const labPrograms: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  ip: 'iproute2',
  nft: 'nftables',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  setpriv: 'util-linux',
  'mkfs.ext4': 'e2fsprogs',
};
/** The emulated machine of `holdfast test vm`. */
export const emulatorPrograms: Readonly<Record<string, string>> = { 'qemu-system-x86_64': 'qemu-system-x86', setpriv: 'util-linux' };
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const searchPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** System packages that are needed (by default: for a lab) and that this machine lacks. */
export function missingPackages(programs = labPrograms): string[] {
  const missing = Object.entries(programs).filter(([program]) => !searchPath.some((folder) => existsSync(`${folder}/${program}`)));
  const packages = new Set(missing.map(([, name]) => name));
  if (!existsSync(keyring)) packages.add('debian-archive-keyring');
  return [...packages].sort();
}

/** Installs the missing system packages with apt, after saying so; a MachineError on other systems. */
export async function installPackages(progress: Progress, programs = labPrograms): Promise<void> {
  const missing = missingPackages(programs);
  if (missing.length === 0) return;
  if (!existsSync('/usr/bin/apt-get')) {
    throw new MachineError(`expected the programs of ${missing.join(', ')}; this is no Debian or Ubuntu: install them by hand`);
  }
  progress(`installing system packages: ${missing.join(' ')} (about 20 s)`);
  await apt(['update', '-q']);
  await apt(['install', '-y', '-q', '--no-install-recommends', ...missing]);
}

async function apt(args: string[]): Promise<void> {
  const result = await execa('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    stdin: 'ignore',
    timeout: 600_000,
    reject: false,
  });
  if (result.failed) {
    throw new MachineError(`apt-get ${args.join(' ')} ended with ${result.exitCode ?? result.signal}: ${result.stderr.slice(-800)}`);
  }
}
