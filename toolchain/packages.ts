import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { MachineError } from '../support/errors.ts';
import type { Progress } from './artefact.ts';

const programs: Record<string, string> = {
  mmdebstrap: 'mmdebstrap',
  ip: 'iproute2',
  nft: 'nftables',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  'mkfs.ext4': 'e2fsprogs',
};
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const searchPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** System packages the lab needs and this machine lacks. */
export function missingPackages(): string[] {
  const missing = Object.entries(programs).filter(([program]) => !searchPath.some((folder) => existsSync(`${folder}/${program}`)));
  const packages = new Set(missing.map(([, name]) => name));
  if (!existsSync(keyring)) packages.add('debian-archive-keyring');
  return [...packages].sort();
}

/** Installs the missing system packages with apt, after saying so; a MachineError on other systems. */
export async function installPackages(progress: Progress): Promise<void> {
  const missing = missingPackages();
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
