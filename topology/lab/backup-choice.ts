import { UsageError } from '../../support/errors.ts';
import type { Backup } from '../model.ts';
import type { Restore } from './lineage.ts';

/**
 * The backup from which the service is restored: the newest that had ended by the time, on the line of history that goes on. A restore to a
 * time gives up what was written between that time and its own begin: no backup of then leads to now, and no time of then can be reached.
 */
export function backupFor({
  backups,
  restores,
  to,
}: {
  backups: readonly Backup[];
  restores: readonly Pick<Restore, 'to' | 'begunAt'>[];
  to?: Date;
}): Backup {
  const givenUp = restores.flatMap(({ to: end, begunAt }) =>
    end === undefined ? [] : [{ from: new Date(end), until: new Date(begunAt) }],
  );
  const isGivenUp = (at: Date): boolean => givenUp.some(({ from, until }) => at > from && at <= until);
  if (to !== undefined && isGivenUp(to))
    throw new UsageError(
      `${to.toISOString()} was given up by an earlier restore to a time before it: expected a time that is part of the database's history`,
    );
  const fitting = backups.filter(({ endedAt }) => (to === undefined || endedAt <= to) && !isGivenUp(endedAt));
  const newest = fitting.toSorted((one, other) => one.endedAt.getTime() - other.endedAt.getTime()).at(-1);
  if (newest !== undefined) return newest;
  const known = backups.map(({ name, endedAt }) => `${name}, ended ${endedAt.toISOString()}`).join('; ');
  throw new UsageError(
    `nothing to restore from: expected a backup that had ended${to === undefined ? '' : ` by ${to.toISOString()}`}; there are ${known === '' ? 'none' : known}: "holdfast backup" takes one`,
  );
}
