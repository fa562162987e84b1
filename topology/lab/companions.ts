import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '../../support/errors.ts';
import { openAnew, readWholeJson, writeAtomic } from '../../support/files.ts';
import { limits } from '../../support/limits.ts';
import { until } from '../../support/poll.ts';
import { identify, isAlive, signalProcess, type ProcessIdentity } from '../../support/processes.ts';
import type { Lab } from './store.ts';

/*
 * A companion is a program of a fault that outlives the command that started it. It ends itself when its lease is over. Its identity is kept where
 * any later command finds it, the one that takes the lab down included.
 */

/** Starts a companion of that name. */
export function startCompanion(lab: Lab, name: string, [file, ...args]: readonly [string, ...string[]]): ProcessIdentity {
  mkdirSync(folderOf(lab), { recursive: true });
  const log = openAnew(fileOf(lab, `${name}.log`));
  const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log], cwd: '/' });
  closeSync(log);
  child.unref();
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined) throw new HoldfastError(`${name} could not be started: ${companionLog(lab, name)}`);
  writeAtomic(fileOf(lab, `${name}.json`), JSON.stringify(identity));
  return identity;
}

/** Names of the companions that were started and not ended. */
export function companions(lab: Lab): string[] {
  if (!existsSync(folderOf(lab))) return [];
  return readdirSync(folderOf(lab)).flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []);
}

/** Whether a companion was started and runs still. */
export function companionLives(lab: Lab, name: string): boolean {
  const identity = readWholeJson<ProcessIdentity>(fileOf(lab, `${name}.json`));
  return identity !== undefined && isAlive(identity);
}

/** Ends a companion and forgets it; one that has ended, or was never started, is no error. */
export async function endCompanion(lab: Lab, name: string): Promise<void> {
  const identity = readWholeJson<ProcessIdentity>(fileOf(lab, `${name}.json`));
  if (identity === undefined) return;
  signalProcess(identity, 'SIGTERM');
  await until({
    subject: name,
    condition: 'ended',
    timeoutMs: limits.hostGone,
    intervalMs: 2,
    probe: async () => !isAlive(identity),
  });
  rmSync(fileOf(lab, `${name}.json`), { force: true });
}

/** The last that a companion said. */
export function companionLog(lab: Lab, name: string): string {
  const path = fileOf(lab, `${name}.log`);
  return existsSync(path) ? readFileSync(path, 'utf8').trim().slice(-500) : 'no log';
}

function folderOf(lab: Lab): string {
  return join(lab.dir, 'companions');
}

function fileOf(lab: Lab, file: string): string {
  return join(folderOf(lab), file);
}
