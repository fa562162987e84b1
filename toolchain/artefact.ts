import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicNs } from '../support/clock.ts';
import { takeLock } from '../support/lock.ts';
import { until } from '../support/poll.ts';
import { refuseLooseFiles, refuseShared } from '../support/shared-folders.ts';
import { giveToUser } from '../support/user.ts';

/** Told what a long step is about and what it costs. */
export interface Progress {
  (message: string): void;
}

export interface Artefact {
  /** folder that holds finished artefacts */
  within: string;
  name: string;
  /** everything the content depends on; a change makes a new artefact */
  inputs: readonly string[];
  /** one sentence for the user, with the usual cost */
  what: string;
  make: (folder: string) => Promise<void>;
}

/** Folder of a finished artefact, made once; only whole ones carry the final name, so an interrupted build leaves nothing usable. */
export async function artefact(wanted: Artefact, progress: Progress): Promise<string> {
  const hash = createHash('sha256').update(wanted.inputs.join('\0')).digest('hex').slice(0, 12);
  const folder = join(wanted.within, `${wanted.name}-${hash}`);
  if (existsSync(folder)) return owned(folder);
  mkdirSync(wanted.within, { recursive: true, mode: 0o755 });
  giveToUser(wanted.within, { deep: false });
  using _lock = await lockWhenFree(join(wanted.within, `.${wanted.name}.lock`), wanted.what);
  refuseShared(wanted.within);
  if (existsSync(folder)) return owned(folder);
  const draft = join(wanted.within, `.${wanted.name}-draft`);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  progress(`${wanted.what} …`);
  const start = monotonicNs();
  await wanted.make(draft);
  refuseLooseFiles(draft);
  renameSync(draft, folder);
  progress(`${wanted.what}: done in ${Number((monotonicNs() - start) / 1_000_000_000n)} s`);
  return folder;
}

/** A finished artefact is used as root: nobody else may have changed it. */
function owned(folder: string): string {
  refuseShared(folder);
  refuseLooseFiles(folder);
  return folder;
}

/** Text of files as inputs of an artefact. */
export function contents(...files: string[]): string[] {
  return files.map((file) => readFileSync(file, 'utf8'));
}

async function lockWhenFree(path: string, what: string): Promise<Disposable> {
  return until({
    subject: what,
    condition: 'no other process building it',
    timeoutMs: 1_800_000,
    intervalMs: 500,
    probe: async () => takeLock(path, what),
  });
}
