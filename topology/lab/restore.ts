import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError, messageOf } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { takeLock } from '../../support/lock.ts';
import { until } from '../../support/poll.ts';
import { backupFor } from './backup-choice.ts';
import { archiveAll, backupsOf } from './backups.ts';
import { clusterState, DATA_DIR, forgetCluster, storedSettings } from './database.ts';
import { bootHost, daemonsOf, machineOf, powerOffHost } from './hosts.ts';
import { isDestroyed, noteDestroyed, noteRestore, restoresOf } from './lineage.ts';
import { runIn } from './machine.ts';
import { preparedOf } from './prepared.ts';
import { controlDaemons } from './services.ts';
import type { PlannedHost } from './shape.ts';
import type { Lab } from './store.ts';

/** Takes the power of every database host, and its disk with all that is on it. Patroni's store and the repository live on. */
export async function destroyDatabase(lab: Lab): Promise<void> {
  const hosts = databaseHosts(lab);
  await Promise.all(hosts.map((host) => powerOffHost(lab, host)));
  noteDestroyed(lab, true);
  for (const image of hosts.flatMap((host) => machineOf(lab, host).disk?.image ?? [])) rmSync(image, { force: true });
}

/**
 * Makes the database service anew from a backup and the archive: as it was at a time, or up to the end of the archive. A call that was
 * interrupted is repeated as a whole: the repository does not change by it. `ifDestroyed`: only one that was destroyed and is not back.
 */
export async function restoreDatabase(lab: Lab, { to, ifDestroyed = false }: { to?: Date; ifDestroyed?: boolean }): Promise<void> {
  using _alone = await until({
    subject: 'database service',
    condition: 'nobody else restoring it',
    timeoutMs: limits.restored,
    probe: async () => takeLock(join(lab.dir, 'restore.lock'), 'restoring the database'),
  });
  const hosts = databaseHosts(lab);
  await Promise.all(hosts.map((host) => bootHost(lab, host, preparedOf(lab))));
  // a leader on empty disks is one that was restored, by somebody who died before noting that
  if (isDestroyed(lab) && (await leads(lab)) !== undefined) noteDestroyed(lab, false);
  if (ifDestroyed && !isDestroyed(lab)) return;
  const backup = backupFor({ backups: await backupsOf(lab), restores: restoresOf(lab), ...(to === undefined ? {} : { to }) });
  const before = isDestroyed(lab) ? undefined : (await clusterState(lab)).find(({ role }) => role === 'primary');
  await stopService(lab, hosts, before?.name);
  await Promise.all(hosts.map((host) => runIn(machineOf(lab, host), ['sh', '-c', `rm -rf ${DATA_DIR} ${DATA_DIR}.*`])));
  await forgetCluster(lab);
  noteRestore(lab, { backup: backup.name, begunAt: new Date().toISOString(), ...(to === undefined ? {} : { to: to.toISOString() }) });
  for (const host of hosts) daemonsOf(lab, host, machineOf(lab, host));
  await Promise.all(hosts.map((host) => controlDaemons(machineOf(lab, host), 'up', ['patroni'])));
  await until({
    subject: 'database service',
    condition: `a leader, restored from backup ${backup.name} ${to === undefined ? 'to the end of the archive' : `to ${to.toISOString()}`}`,
    timeoutMs: limits.restored,
    intervalMs: 200,
    hint: `see hosts/db*/data/log/patroni.log in ${lab.dir}`,
    probe: () => leads(lab),
  });
  noteDestroyed(lab, false);
}

/** Why the service could not be restored to a time, or to the end of the archive; undefined: it could. */
export async function restoreLack(lab: Lab, to?: Date): Promise<string | undefined> {
  // Patroni, which knows the settings, does not run then; only an archived service is destroyed
  if (!isDestroyed(lab) && !(await storedSettings(lab)).archiving)
    return 'its log is not archived: "holdfast backup" begins that, and takes a backup';
  return backupsOf(lab)
    .then((backups) => {
      backupFor({ backups, restores: restoresOf(lab), ...(to === undefined ? {} : { to }) });
      return undefined;
    })
    .catch(messageOf);
}

/** Restores a service that was destroyed and that nobody has brought back; one that lives stays. */
export async function restoreIfDestroyed(lab: Lab): Promise<void> {
  if (!isDestroyed(lab)) return;
  await restoreDatabase(lab, { ifDestroyed: true }).catch((error: unknown) => {
    throw new HoldfastError(
      `the database of lab "${lab.record.name}" was destroyed and cannot be restored: ${messageOf(error)}: take the lab down and up again`,
    );
  });
}

/** Copies whose disk is there. */
export function remains(lab: Lab): string[] {
  return isDestroyed(lab) ? [] : databaseHosts(lab).map(({ name }) => name);
}

/** The copy that leads and runs, if any. */
async function leads(lab: Lab): Promise<string | undefined> {
  return (await clusterState(lab).catch(() => [])).find(({ role, running }) => role === 'primary' && running)?.name;
}

/** Stops every copy. Who gives a living database up keeps the way back to every time of it: a leader that ends in good order brings all of its log to the archive, and that is looked at. */
async function stopService(lab: Lab, hosts: readonly PlannedHost[], leader: string | undefined): Promise<void> {
  if (leader !== undefined) await archiveAll(lab);
  // a leader that ended first would leave its place to a standby
  await Promise.all(hosts.filter(({ name }) => name !== leader).map((host) => stopCopy(lab, host)));
  const last = hosts.find(({ name }) => name === leader);
  if (last === undefined) return;
  await stopCopy(lab, last);
  const waiting = await runIn(machineOf(lab, last), ['sh', '-c', `ls ${DATA_DIR}/pg_wal/archive_status | grep -c '[.]ready$' || true`]);
  if (waiting.trim() !== '0')
    throw new HoldfastError(
      `${last.name} has ${waiting.trim()} segments of its log that are not in the archive: expected none before its data is given up; "holdfast up" starts it again`,
    );
}

async function stopCopy(lab: Lab, host: PlannedHost): Promise<void> {
  const script = 'sv -w 30 force-stop /data/sv/patroni; pkill -KILL -x postgres || true';
  await runIn(machineOf(lab, host), ['sh', '-c', script], { timeoutMs: limits.serviceBack });
}

function databaseHosts(lab: Lab): PlannedHost[] {
  return lab.plan.hosts.filter(({ role }) => role === 'database');
}
