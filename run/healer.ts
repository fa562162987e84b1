import { spawn } from 'node:child_process';
import { closeSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { healerFiles } from '../faults/healer.ts';
import { HoldfastError } from '../support/errors.ts';
import { openToAppend, readWholeJson } from '../support/files.ts';
import { limits } from '../support/limits.ts';
import { until } from '../support/poll.ts';
import { isAlive, type ProcessIdentity } from '../support/processes.ts';
import type { Topology } from '../topology/model.ts';

/** Makes sure that the topology's healer lives: a process of its own, in no one's terminal, that outlives the runner. */
export async function startHealer(topology: Topology): Promise<void> {
  const files = healerFiles(topology);
  if (healerAlive(topology) !== undefined) return;
  for (const folder of [topology.journalDir, topology.companionsDir]) mkdirSync(folder, { recursive: true });
  const log = openToAppend(files.log, 0o600);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'healer-main.ts'), topology.name], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: healerEnvironment(),
  });
  closeSync(log);
  child.unref();
  await until({
    subject: 'healer',
    condition: 'listening',
    timeoutMs: limits.healerArmed,
    intervalMs: 10,
    hint: `see ${files.log}`,
    probe: async () => {
      if (child.exitCode !== null) throw new HoldfastError(`the healer ended with ${child.exitCode}; see ${files.log}`);
      return healerAlive(topology) !== undefined;
    },
  });
}

/** The live healer of a topology, if any. */
export function healerAlive(topology: Topology): ProcessIdentity | undefined {
  const identity = readWholeJson<ProcessIdentity>(healerFiles(topology).identity);
  return identity !== undefined && isAlive(identity) ? identity : undefined;
}

/** Nothing of a test runner's environment may follow into a process that outlives it. */
function healerEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'SUDO_UID', 'SUDO_GID', 'HOLDFAST_STATE', 'HOLDFAST_CACHE', 'HOLDFAST_SLOW', 'NODE_COMPILE_CACHE'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))) as Record<
    string,
    string
  >;
}
