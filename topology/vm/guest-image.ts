import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../../support/paths.ts';
import { command } from '../../support/processes.ts';
import { artefact, type Progress } from '../../toolchain/artefact.ts';
import { debianOptions } from '../../toolchain/host-image.ts';
import { versions } from '../../toolchain/versions.ts';

/** Where the guest finds the carried disk. */
export const CARRIED = '/holdfast';
/** Label of the carried disk's file system. */
export const CARRIED_LABEL = 'holdfast';

export interface GuestImage {
  disk: string;
  kernel: string;
  initrd: string;
}

/** What a user's Debian 12 with systemd has, and what `holdfast up` would install of Debian's packages. */
const packages = [
  'ca-certificates',
  'dbus',
  'debian-archive-keyring',
  'e2fsprogs',
  'iproute2',
  'kmod',
  'linux-image-cloud-amd64',
  'mmdebstrap',
  'nftables',
  'procps',
  'sudo',
  'systemd',
  'systemd-sysv',
  'udev',
];

const unit = `[Unit]
Description=Holdfast's checks on a machine with systemd and cgroup v2
RequiresMountsFor=${CARRIED}
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
ExecStart=/bin/sh ${CARRIED}/checkout/topology/vm/guest.sh
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
TimeoutStartSec=infinity
`;

const files: Record<string, string> = {
  'etc/hostname': 'holdfast-vm\n',
  'etc/hosts': '127.0.0.1 localhost\n127.0.1.1 holdfast-vm\n',
  'etc/fstab': `LABEL=${CARRIED_LABEL} ${CARRIED} ext4 noatime 0 2\n`,
  'etc/sudoers.d/tester': 'tester ALL=(ALL) NOPASSWD: ALL\n',
  'etc/systemd/system/vm-test.service': unit,
};

/** The Debian machine of `holdfast test vm`: disk, kernel and initial RAM disk, made once. */
export async function guestImage(progress: Progress): Promise<GuestImage> {
  const mirror = process.env.HOLDFAST_DEBIAN_MIRROR;
  const args = [...debianOptions, `--include=${packages.join(',')}`, versions.debian];
  const folder = await artefact(
    {
      within: join(cacheDir(), 'images'),
      name: 'guest',
      inputs: [...args, JSON.stringify(files)],
      what: 'making the Debian image of the emulated machine (about 1 min)',
      make: async (draft) => {
        const root = join(draft, 'root');
        const source = mirror === undefined ? [] : [mirror];
        await command('mmdebstrap', [...args, root, ...source], { timeout: 1_200_000, what: 'making the Debian image' });
        await configure(root);
        takeBootFiles(root, draft);
        await command('mkfs.ext4', ['-q', '-F', '-d', root, join(draft, 'disk.img'), '2G'], { timeout: 300_000 });
        rmSync(root, { recursive: true });
      },
    },
    progress,
  );
  return { disk: join(folder, 'disk.img'), kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd.img') };
}

async function configure(root: string): Promise<void> {
  for (const [path, content] of Object.entries(files)) writeFileSync(join(root, path), content, { mode: 0o644 });
  mkdirSync(join(root, CARRIED));
  const system = join(root, 'etc/systemd/system');
  // a login prompt would hang up the console that the checks write to
  symlinkSync('/dev/null', join(system, 'serial-getty@ttyS0.service'));
  mkdirSync(join(system, 'multi-user.target.wants'), { recursive: true });
  symlinkSync('/etc/systemd/system/vm-test.service', join(system, 'multi-user.target.wants/vm-test.service'));
  await command('chroot', [root, 'useradd', '--create-home', '--shell', '/bin/sh', 'tester']);
}

function takeBootFiles(root: string, target: string): void {
  const boot = join(root, 'boot');
  for (const [prefix, name] of [
    ['vmlinuz-', 'vmlinuz'],
    ['initrd.img-', 'initrd.img'],
  ] as const) {
    const file = readdirSync(boot).find((candidate) => candidate.startsWith(prefix));
    if (file === undefined) throw new Error(`expected ${prefix}* in /boot of the Debian image; there are ${readdirSync(boot).join(', ')}`);
    renameSync(join(boot, file), join(target, name));
  }
}
