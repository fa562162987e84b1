import type { HostRole } from '../model.ts';
import { DATABASE_DISK_MB, DCS_DISK, DCS_DISK_MB } from './database.ts';
import { REPOSITORY } from './pgbackrest.ts';
import { POSTGRES_UID } from '../../toolchain/container-images.ts';
import { runIn, type Machine } from './machine.ts';
import type { PlannedHost } from './shape.ts';

/** A file system of a host's own for its data. */
interface DiskOfRole {
  megabytes: number;
  /** where it is mounted */
  at: string;
  /** whose program writes there */
  user: string;
}

/** Where a node has the volume of its site's database. */
export const SITE_DATABASE_DISK = '/data/database';

const disks: Partial<Record<HostRole, DiskOfRole>> = {
  database: { megabytes: DATABASE_DISK_MB, at: '/var/lib/postgresql', user: 'postgres' },
  dcs: { megabytes: DCS_DISK_MB, at: DCS_DISK, user: 'root' },
  backup: { megabytes: DATABASE_DISK_MB, at: REPOSITORY, user: 'postgres' },
};

/** The disk of a host: those whose flushes are part of an acknowledgement have one of their own. */
export function diskOf({ role, database }: Pick<PlannedHost, 'role' | 'database'>): DiskOfRole | undefined {
  // the user is the server's in its image
  if (database === true) return { megabytes: DATABASE_DISK_MB, at: SITE_DATABASE_DISK, user: String(POSTGRES_UID) };
  return disks[role];
}

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
