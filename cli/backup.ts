import { Command } from 'commander';
import { parseTime } from '../support/durations.ts';
import { UsageError } from '../support/errors.ts';
import { takeLock } from '../support/lock.ts';
import { labTopology } from '../topology/lab/lab-topology.ts';
import { nameOption, requireRoot, type LabOptions } from './options.ts';

/** `holdfast backup`: a full backup of a lab's database, and its log archived from then on. */
export function backupCommand(): Command {
  return new Command('backup')
    .description("take a full backup of a lab's database, and archive its log from then on (recommended pattern)")
    .addOption(nameOption())
    .action(async ({ name }: LabOptions) => {
      requireRoot('backup');
      const topology = labTopology(name);
      using _alone = takeLock(topology.lockFile, 'backup');
      const taken = await topology.database.backups.take();
      console.log(`backup ${taken.name} of ${(taken.bytes / 1e6).toFixed(1)} MB, ended ${taken.endedAt.toISOString()}`);
    });
}

/** `holdfast restore`: a lab's database made anew from its backups and the archive. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description("make a lab's database anew from a backup and the archive: up to its end, or as it was at a time (recommended pattern)")
    .option('--to <time>', 'such as "2026-11-01T12:00:00.5Z"; what was written after it is given up')
    .addOption(nameOption())
    .action(async ({ name, to }: LabOptions & { to?: string }) => {
      requireRoot('restore');
      const topology = labTopology(name);
      const time = to === undefined ? undefined : parseTime(to, '--to');
      using _alone = takeLock(topology.lockFile, 'restore');
      const { backups } = topology.database;
      const lack = await backups.lack(time);
      if (lack !== undefined) throw new UsageError(`restore is refused: ${lack}`);
      await backups.restore(time === undefined ? {} : { to: time });
      console.log(
        `${(await topology.database.primary()).name} leads, restored ${time === undefined ? 'to the end of the archive' : `to ${time.toISOString()}`}`,
      );
    });
}
