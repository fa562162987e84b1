import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError, messageOf } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { takeLock } from '../../support/lock.ts';
import { until } from '../../support/poll.ts';
import type { Backup } from '../model.ts';
import { backupFor } from './backup-choice.ts';
import { archiveAll, backupsOf, requireUnbroken } from './backups.ts';
import { clusterState, DATA_DIR, storedSettings } from './database.ts';
import { bootHost, daemonsOf, machineOf, powerOffHost } from './hosts.ts';
import { givenUp, noteGivenUp, noteRestored, restoresOf, type Restore } from './lineage.ts';
import { runIn } from './machine.ts';
import { forgetCluster } from './patroni-store.ts';
import { preparedOf } from './prepared.ts';
import { controlDaemons } from './services.ts';
import type { PlannedHost } from './shape.ts';
import type { Lab } from './store.ts';

/** Takes the power of every database host, and its disk with all that is on it. Patroni's store and the repository live on. */
export async function destroyDatabase(lab: Lab): Promise<void> {
  const hosts = databaseHosts(lab);
  const timeline = await timelineNow(lab);
  await Promise.all(hosts.map((host) => powerOffHost(lab, host)));
  noteGivenUp(lab, { timeline });
  for (const host of hosts) rmSync(diskOf(lab, host), { force: true });
}

/**
 * Makes the database service anew from a backup and the archive: as it was at a time, or up to the end of the archive. A call that was
 * interrupted is repeated as a whole: the repository does not change by it. `ifDestroyed`: only one that was destroyed and is not back.
 */
export async function restoreService(lab: Lab, { to, ifDestroyed = false }: { to?: Date; ifDestroyed?: boolean }): Promise<void> {
  using _alone = await until({
    subject: 'database service',
    condition: 'nobody else restoring it',
    timeoutMs: limits.restored,
    probe: async () => takeLock(join(lab.dir, 'restore.lock'), 'restoring the database'),
  });
  const hosts = databaseHosts(lab);
  await Promise.all(hosts.map((host) => bootHost(lab, host, preparedOf(lab))));
  const pending = givenUp(lab);
  // somebody restored it, and died before noting that
  const isBack = pending !== undefined && (await restoredLeader(lab, pending.timeline)) !== undefined;
  if (isBack) noteRestored(lab);
  const isGone = pending !== undefined && !isBack;
  if (ifDestroyed && !isGone) return;
  const backup = backupFor({ backups: await backupsOf(lab), restores: restoresOf(lab), ...(to === undefined ? {} : { to }) });
  const timeline = isGone ? (pending.timeline ?? 0) : await timelineNow(lab);
  await (isGone ? stopAll(lab, hosts) : stopLiving(lab, hosts, backup));
  const restore: Restore = {
    backup: backup.name,
    begunAt: new Date().toISOString(),
    timeline,
    ...(to === undefined ? {} : { to: to.toISOString() }),
  };
  noteGivenUp(lab, restore);
  // by now nobody but this starts them, and whoever does restores
  for (const host of hosts) daemonsOf(lab, host, machineOf(lab, host));
  await Promise.all(hosts.map((host) => runIn(machineOf(lab, host), ['sh', '-c', `rm -rf ${DATA_DIR} ${DATA_DIR}.*`])));
  await forgetCluster(lab);
  await Promise.all(hosts.map((host) => controlDaemons(machineOf(lab, host), 'up', ['patroni'])));
  await until({
    subject: 'database service',
    condition: `a leader, restored from backup ${backup.name} ${to === undefined ? 'to the end of the archive' : `to ${to.toISOString()}`}`,
    timeoutMs: limits.restored,
    intervalMs: 200,
    hint: `see hosts/db*/data/log/patroni.log in ${lab.dir}`,
    probe: () => restoredLeader(lab, timeline),
  });
  noteRestored(lab);
}

/** Why the service could not be restored to a time, or to the end of the archive; undefined: it could. */
export async function restoreLack(lab: Lab, to?: Date): Promise<string | undefined> {
  // Patroni, which knows the settings, does not run in one that was given up; only one that is archived is
  const settings = givenUp(lab) === undefined ? await storedSettings(lab).catch(() => undefined) : { archiving: true };
  if (settings === undefined) return 'no copy tells whether its log is archived: expected one that runs; "holdfast up" starts them';
  if (!settings.archiving) return 'its log is not archived: "holdfast backup" begins that, and takes a backup';
  if (to !== undefined && to > new Date()) return `${to.toISOString()} lies in the future: expected a time that has been`;
  return backupsOf(lab)
    .then((backups) => {
      backupFor({ backups, restores: restoresOf(lab), ...(to === undefined ? {} : { to }) });
      return undefined;
    })
    .catch(messageOf);
}

/** Restores a service that was destroyed and that nobody has brought back, to the time that somebody has begun to restore it to; one that lives stays. */
export async function restoreIfDestroyed(lab: Lab): Promise<void> {
  const pending = givenUp(lab);
  if (pending === undefined) return;
  const { to } = pending;
  await restoreService(lab, { ifDestroyed: true, ...(to === undefined ? {} : { to: new Date(to) }) }).catch((error: unknown) => {
    throw new HoldfastError(
      `the database of lab "${lab.record.name}" was destroyed and cannot be restored: ${messageOf(error)}: "holdfast restore" to a time that its archive reaches, or take the lab down and up again`,
    );
  });
}

/** Copies whose disk is there. */
export function remains(lab: Lab): string[] {
  return databaseHosts(lab)
    .filter((host) => existsSync(diskOf(lab, host)))
    .map(({ name }) => name);
}

/** The copy that leads a service that was restored: each restore begins a timeline of its own. */
async function restoredLeader(lab: Lab, before = 0): Promise<string | undefined> {
  const copies = await clusterState(lab).catch(() => []);
  return copies.find(({ role, running, timeline }) => role === 'primary' && running && timeline > before)?.name;
}

/** The timeline that the service is on; 0 when no copy tells. */
async function timelineNow(lab: Lab): Promise<number> {
  return Math.max(0, ...(await clusterState(lab).catch(() => [])).map(({ timeline }) => timeline));
}

/**
 * Stops a service that lives. Who gives it up keeps the way back to every time of it: nothing is missing from the archive since the backup, and
 * a leader that ends in good order brings the rest there, which is looked at.
 */
async function stopLiving(lab: Lab, hosts: readonly PlannedHost[], backup: Backup): Promise<void> {
  const leader = await until({
    subject: 'database service',
    condition: 'a primary, whose log can be brought to the archive before its data is given up',
    timeoutMs: limits.failover,
    intervalMs: 300,
    hint: 'take the lab down and up again if its data may be lost',
    probe: async () => (await clusterState(lab)).find(({ role, running }) => role === 'primary' && running)?.name,
  });
  const last = hosts.find(({ name }) => name === leader) as PlannedHost;
  await requireUnbroken(lab, backup, await archiveAll(lab));
  // a leader that ended first would leave its place to a standby
  await stopAll(
    lab,
    hosts.filter((host) => host !== last),
  );
  await stopCopy(lab, last);
  const waiting = await runIn(machineOf(lab, last), ['sh', '-c', `ls ${DATA_DIR}/pg_wal/archive_status | grep -c '[.]ready$' || true`]);
  if (waiting.trim() !== '0')
    throw new HoldfastError(
      `${last.name} has ${waiting.trim()} segments of its log that are not in the archive: expected none before its data is given up; "holdfast up" starts it again`,
    );
}

async function stopAll(lab: Lab, hosts: readonly PlannedHost[]): Promise<void> {
  await Promise.all(hosts.map((host) => stopCopy(lab, host)));
}

async function stopCopy(lab: Lab, host: PlannedHost): Promise<void> {
  const script = 'sv -w 30 force-stop /data/sv/patroni; pkill -KILL -x postgres || true';
  await runIn(machineOf(lab, host), ['sh', '-c', script], { timeoutMs: limits.serviceBack });
}

function diskOf(lab: Lab, host: PlannedHost): string {
  const { disk } = machineOf(lab, host);
  if (disk === undefined) throw new Error(`${host.name} has no disk of its own: expected one of every database host`);
  return disk.image;
}

function databaseHosts(lab: Lab): PlannedHost[] {
  return lab.plan.hosts.filter(({ role }) => role === 'database');
}
