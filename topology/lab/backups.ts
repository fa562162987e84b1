import { withDatabase } from '../../support/database.ts';
import { HoldfastError } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import type { Backup } from '../model.ts';
import { clusterState, storedSettings, superuserDsn } from './database.ts';
import { machineOf } from './hosts.ts';
import { restartServer, settingAt } from './copies.ts';
import { forgetRestores } from './lineage.ts';
import { runIn } from './machine.ts';
import { pgbackrestAsOwner, REPOSITORY, repositoryHost } from './pgbackrest.ts';
import { applySettings, databaseInSync } from './platform.ts';
import type { Lab } from './store.ts';

/**
 * Sets whether the log is archived; a change of that restarts every server, the leader's last. Where it was not until now the repository
 * begins anew: without the log between, no older backup leads to now.
 */
export async function setArchiving(lab: Lab, archiving: boolean): Promise<void> {
  const { archiving: before, mode } = await storedSettings(lab);
  if (before !== archiving) {
    if (archiving) await makeRepository(lab);
    await applySettings(lab, { archiving });
  }
  const copies = await clusterState(lab);
  const changed = copies.filter(({ role }) => role === 'replica').concat(copies.filter(({ role }) => role === 'primary'));
  let restarts = 0;
  for (const { name } of changed) {
    if (!(await restartedTo(lab, name, archiving ? 'on' : 'off'))) continue;
    restarts += 1;
    // whole again before the next one goes
    await databaseInSync(lab, mode);
  }
  if (restarts === 0) return;
  if (archiving) await onRepository(lab, ['check'], limits.archived);
}

/** Restarts a copy's server unless it runs with an archive mode already; whether it did. */
async function restartedTo(lab: Lab, copy: string, wanted: 'on' | 'off'): Promise<boolean> {
  const now = await until({
    subject: copy,
    condition: `archive_mode ${wanted}, or told that a restart will make it so`,
    timeoutMs: limits.databaseReady,
    intervalMs: 200,
    probe: async () => {
      const { setting, pending } = await settingAt(lab, copy, 'archive_mode');
      if (setting !== wanted && !pending) throw new Error(`it is ${setting}`);
      return setting;
    },
  });
  if (now === wanted) return false;
  await restartServer(lab, copy);
  return true;
}

/** Takes a full backup of the service while it works; where its log was not archived until now every server is restarted first. */
export async function takeBackup(lab: Lab): Promise<Backup> {
  await setArchiving(lab, true);
  await onRepository(lab, ['--type=full', 'backup'], limits.backup);
  const taken = (await backupsOf(lab)).at(-1);
  if (taken === undefined) throw new HoldfastError('pgBackRest made a backup and lists none: expected one');
  return taken;
}

/** The backups in the repository, oldest first. */
export async function backupsOf(lab: Lab): Promise<Backup[]> {
  return (await stanzaInfo(lab)).map(({ label, timestamp, info }) => ({
    name: label,
    // told in whole seconds: at the latest the next one
    endedAt: new Date((timestamp.stop + 1) * 1000),
    bytes: info.size,
  }));
}

async function stanzaInfo(lab: Lab): Promise<StanzaInfo['backup']> {
  const [stanza] = JSON.parse(await onRepository(lab, ['--output=json', 'info'], limits.archived)) as [StanzaInfo?];
  return stanza?.backup ?? [];
}

/** Brings everything that was written until now to the archive; the last segment of it. */
export async function archiveAll(lab: Lab): Promise<string> {
  const leader = (await clusterState(lab)).find(({ role }) => role === 'primary');
  if (leader === undefined) throw new HoldfastError('the database has no primary now: expected one whose log can be archived');
  return withDatabase(superuserDsn(lab, leader.name), async (client) => {
    // replay knows that it has come to a time by the first commit after it: without one it could not be restored to now
    await client.query('SET synchronous_commit = local');
    await client.query('SELECT pg_current_xact_id()');
    const { rows } = await client.query<{ segment: string }>('SELECT pg_walfile_name(pg_switch_wal()) AS segment');
    const segment = rows[0]?.segment ?? '';
    await until({
      subject: leader.name,
      condition: `its log archived up to ${segment}`,
      timeoutMs: limits.archived,
      hint: `see hosts/${leader.name}/data/log/patroni.log in ${lab.dir}`,
      probe: async () => {
        const { rowCount } = await client.query(
          "SELECT FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready' AND substr(name, 1, 24) <= $1",
          [segment],
        );
        return rowCount === 0;
      },
    });
    return segment;
  });
}

/** Refuses to go on unless every segment of the log from a backup's begin to one that was archived now is in the archive. */
export async function requireUnbroken(lab: Lab, backup: Backup, last: string): Promise<void> {
  const first = (await stanzaInfo(lab)).find(({ label }) => label === backup.name)?.archive.start ?? last;
  const folder = `${REPOSITORY}/archive`;
  const files = await runIn(machineOf(lab, repositoryHost(lab)), ['find', folder, '-type', 'f', '-printf', '%f\\n']);
  const missing = missingSegments(files.split('\n'), { first, last });
  if (missing.length > 0)
    throw new HoldfastError(
      `the archive lacks ${missing.length} segments of the log since backup ${backup.name}, the first of them number ${missing[0]}: expected none, what was written after it could not be restored; "holdfast backup" takes a new one`,
    );
}

/** Numbers of the segments between two that no file of an archive holds, whatever their timeline. */
export function missingSegments(files: readonly string[], { first, last }: { first: string; last: string }): number[] {
  const held = new Set(files.filter((file) => /^[0-9A-F]{24}-/u.test(file)).map(segmentNumber));
  const [from, until] = [segmentNumber(first), segmentNumber(last)];
  return Array.from({ length: Math.max(0, until - from + 1) }, (_, nth) => from + nth).filter((number) => !held.has(number));
}

/* The name of a segment has its timeline, the upper and the lower part of its number, 8 hexadecimal digits each; of 16 MiB there are 256 in the lower one. */
function segmentNumber(name: string): number {
  return Number.parseInt(name.slice(8, 16), 16) * 256 + Number.parseInt(name.slice(16, 24), 16);
}

/** Runs pgBackRest on the host of the repository. */
export function onRepository(lab: Lab, args: string[], timeoutMs: number): Promise<string> {
  return runIn(machineOf(lab, repositoryHost(lab)), pgbackrestAsOwner(...args, '--log-level-console=warn'), { timeoutMs });
}

/** An empty repository, with nothing in it of what was there before. */
async function makeRepository(lab: Lab): Promise<void> {
  const machine = machineOf(lab, repositoryHost(lab));
  await runIn(machine, ['sh', '-c', `rm -rf ${REPOSITORY}/archive ${REPOSITORY}/backup`]);
  forgetRestores(lab);
  await until({
    subject: 'repository',
    condition: 'made for the database service',
    timeoutMs: limits.databaseReady,
    intervalMs: 500,
    probe: async () => {
      await onRepository(lab, ['stanza-create'], limits.archived);
      return true;
    },
  });
}

/** What `pgbackrest info` says, as far as it is read here. */
interface StanzaInfo {
  backup: { label: string; timestamp: { start: number; stop: number }; info: { size: number }; archive: { start: string } }[];
}
