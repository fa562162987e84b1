import type { HostRole } from '../model.ts';
import { DATABASE_DISK_MB, DCS_DISK, DCS_DISK_MB } from './database.ts';
import { runIn, type Machine } from './machine.ts';

/** A file system of a host's own for its data. */
interface DiskOfRole {
  megabytes: number;
  /** where it is mounted */
  at: string;
  /** whose program writes there */
  user: string;
}

/** Hosts whose flushes to disk are part of an acknowledgement have a disk of their own. */
export const disks: Partial<Record<HostRole, DiskOfRole>> = {
  database: { megabytes: DATABASE_DISK_MB, at: '/var/lib/postgresql', user: 'postgres' },
  dcs: { megabytes: DCS_DISK_MB, at: DCS_DISK, user: 'root' },
};

/** Folder of what fills a disk, at its top. */
const FILLER = '.filler';
/** What is not allocated at once: the file system needs some blocks to note what a file has. */
const LAST_BYTES = 1024 * 1024;

/** Takes every block of a host's disk: most of them at once, then what is left for as long as a file takes anything, then single blocks. */
export async function fillDisk(machine: Pick<Machine, 'dir' | 'name'>, at: string): Promise<void> {
  const script = [
    `mkdir -p ${at}/${FILLER} && cd ${at}/${FILLER}`,
    `fallocate -l "$(($(stat -f -c '%a * %S' .) - ${LAST_BYTES}))" most`,
    'cat /dev/zero >> most || sync -f .',
    'n=0; while head -c 1 /dev/zero > $n; do n=$((n + 1)); done',
    'sync -f .',
  ];
  await runIn(machine, ['sh', '-ec', script.join('\n')]);
}

/** Gives back what `fillDisk` took, if it took any. */
export async function freeDisk(machine: Pick<Machine, 'dir' | 'name'>, at: string): Promise<void> {
  await runIn(machine, ['rm', '-rf', `${at}/${FILLER}`]);
}
