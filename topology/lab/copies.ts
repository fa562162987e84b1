import { withDatabase } from '../../support/database.ts';
import { HoldfastError, messageOf } from '../../support/errors.ts';
import { limits } from '../../support/limits.ts';
import { commandLine, identify, isStopped, signalProcess, type ProcessIdentity } from '../../support/processes.ts';
import { hostProcesses } from './cgroups.ts';
import { copiesOf, DATA_DIR, PATRONI_PORT, patroniCredentials, superuserDsn } from './database.ts';
import { machineOf } from './hosts.ts';
import { runIn } from './machine.ts';
import type { PlannedHost } from './shape.ts';
import type { Lab } from './store.ts';

/** Asks the leading copy's Patroni for a planned change of leader; it chooses the next one, and answers when that leads. */
export async function switchOver(lab: Lab, from: string): Promise<void> {
  const response = await fetch(`http://${hostOf(lab, from).address}:${PATRONI_PORT}/switchover`, {
    headers: patroniCredentials(lab),
    method: 'POST',
    body: JSON.stringify({ leader: from }),
    signal: AbortSignal.timeout(limits.switchover),
  });
  if (!response.ok) throw new HoldfastError(`Patroni at ${from} refused a switchover: ${response.status} ${await response.text()}`);
}

/** Has a copy's Patroni restart its server; returns when that runs again. */
export async function restartServer(lab: Lab, copy: string): Promise<void> {
  const response = await fetch(`http://${hostOf(lab, copy).address}:${PATRONI_PORT}/restart`, {
    headers: patroniCredentials(lab),
    method: 'POST',
    body: '{}',
    signal: AbortSignal.timeout(limits.switchover),
  }).catch((error: unknown) => {
    throw new HoldfastError(
      `Patroni at ${copy}: expected a restart of its server within ${limits.switchover} ms; came ${messageOf(error)}`,
    );
  });
  if (!response.ok) throw new HoldfastError(`Patroni at ${copy} refused a restart: ${response.status} ${await response.text()}`);
}

/** What a copy's server runs with, and whether it has been told of a change that needs a restart. */
export async function settingAt(lab: Lab, copy: string, name: string): Promise<{ setting: string; pending: boolean }> {
  const text = `SELECT setting, pending_restart AS pending FROM pg_settings WHERE name = '${name}'`;
  const [row] = await ask<{ setting: string; pending: boolean }>(lab, copy, text);
  if (row === undefined) throw new HoldfastError(`${copy} has no setting "${name}"`);
  return row;
}

/** Writes what every copy has in memory to its disk, so that none does it in the midst of what comes next. */
export async function checkpointAll(lab: Lab): Promise<void> {
  await Promise.all(copiesOf(lab).map(({ name }) => ask(lab, name, 'CHECKPOINT')));
}

/** Kills the server of a copy (SIGKILL to the postmaster; its backends end themselves). */
export async function killServer(lab: Lab, copy: string): Promise<void> {
  const host = hostOf(lab, copy);
  if (host.database !== true) {
    await runIn(machineOf(lab, host), ['sh', '-c', `kill -KILL "$(head -n 1 ${DATA_DIR}/postmaster.pid)"`]);
    return;
  }
  const [server] = hostProcesses(lab.record.name, copy).filter((pid) => commandLine(pid).startsWith('postgres -D '));
  const identity = server === undefined ? undefined : identify(server);
  if (identity === undefined || !signalProcess(identity, 'SIGKILL'))
    throw new HoldfastError(`${copy} runs no server: expected one to kill`);
}

/** When the server of a copy was started, as it says itself; undefined when it does not answer. */
export async function serverStarted(lab: Lab, copy: string): Promise<string | undefined> {
  try {
    const [row] = await ask<{ at: string }>(lab, copy, 'SELECT pg_postmaster_start_time()::text AS at');
    return row?.at;
  } catch {
    return undefined;
  }
}

/** Sessions of the platform at a copy, by the number of their backend. */
export async function sessionsAt(lab: Lab, copy: string): Promise<number[]> {
  return (await ask<{ pid: number }>(lab, copy, `SELECT pid FROM pg_stat_activity WHERE usename = 'platform'`)).map(({ pid }) => pid);
}

/** Terminates every session of the platform at a copy; how many there were. */
export async function terminateSessionsAt(lab: Lab, copy: string): Promise<number> {
  // chosen first: the planner may call the function for every session before it knows whose they are
  const chosen = `WITH chosen AS MATERIALIZED (SELECT pid FROM pg_stat_activity WHERE usename = 'platform')`;
  return (await ask(lab, copy, `${chosen} SELECT pid FROM chosen WHERE pg_terminate_backend(pid)`)).length;
}

/**
 * Stops or resumes the process that replays at a standby; what it receives and confirms goes on. A pause asked for by SQL would not last:
 * Patroni resumes replay that it finds paused in its next loop. Resuming a copy that replays nothing does nothing.
 */
export function setReplayPaused(lab: Lab, copy: string, paused: boolean): void {
  const replaying = replayOf(lab, copy);
  const signalled = replaying.map((one) => signalProcess(one, paused ? 'SIGSTOP' : 'SIGCONT'));
  if (paused && !signalled.includes(true)) throw new HoldfastError(`${copy} replays nothing: expected a standby whose server runs`);
}

/** Whether replay is stopped at a copy; never at one that leads. Undefined when it does not answer. */
export async function isReplayPaused(lab: Lab, copy: string): Promise<boolean | undefined> {
  try {
    const [row] = await ask<{ follows: boolean }>(lab, copy, 'SELECT pg_is_in_recovery() AS follows');
    return row?.follows === true && replayOf(lab, copy).some(({ pid }) => isStopped(pid));
  } catch {
    return undefined;
  }
}

/** The process of a standby's server that replays, as the operating system knows it. */
function replayOf(lab: Lab, copy: string): ProcessIdentity[] {
  const ofServer = hostProcesses(lab.record.name, copy).filter((pid) => /^postgres: (\S+: )?startup\b/.test(commandLine(pid)));
  return ofServer.flatMap((pid) => identify(pid) ?? []);
}

async function ask<Row extends object>(lab: Lab, copy: string, text: string): Promise<Row[]> {
  return (await withDatabase(superuserDsn(lab, copy), (client) => client.query(text))).rows as Row[];
}

function hostOf(lab: Lab, copy: string): PlannedHost {
  const host = lab.plan.hosts.find(({ name }) => name === copy);
  if (host === undefined) throw new Error(`no host ${copy} in lab ${lab.record.name}`);
  return host;
}
