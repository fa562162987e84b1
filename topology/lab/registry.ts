import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../support/errors.ts';
import { readWholeJson, writeAtomic } from '../../support/files.ts';
import { limits } from '../../support/limits.ts';
import { takeLockSoon } from '../../support/lock.ts';
import { stateDir } from '../../support/paths.ts';
import { labProcesses } from './cgroups.ts';

/*
 * Namespaces, groups, links and addresses of a lab are the machine's, whatever the state folder. Who has which name and addresses is written where
 * every state folder finds it, and is gone with the next boot, as they are.
 */
const REGISTRY = '/run/holdfast';

export interface Entry {
  name: string;
  /** first address of its block */
  base: string;
  /** user id of its owner */
  owner: number;
  /** state folder that the lab belongs to, and which one that is if it was moved or another lies there */
  state: string;
  folder: string;
}

/** Takes a name and addresses for a lab of this state folder; a UsageError names the other one that has them. What this one has already it keeps. */
export function takeName({ name, base, owner }: Pick<Entry, 'name' | 'base' | 'owner'>, registry = REGISTRY): void {
  using _lock = lock(registry);
  refuseForeign(name, registry);
  const neighbour = entries(registry).find((entry) => entry.base === base && entry.name !== name && !isOver(entry));
  if (neighbour !== undefined)
    throw new UsageError(
      `lab "${name}" has the addresses ${base}/20, and lab "${neighbour.name}" of state folder ${neighbour.state} uses them now: take one of the two down, and make it anew`,
    );
  writeAtomic(fileOf(registry, name), JSON.stringify({ name, base, owner, ...own() } satisfies Entry));
}

/** Gives the name and the addresses of a lab of this state folder back. */
export function giveNameBack(name: string, registry = REGISTRY): void {
  if (!existsSync(registry)) return;
  {
    using _lock = lock(registry);
    const entry = entryOf(name, registry);
    if (entry !== undefined && isOwn(entry)) rmSync(fileOf(registry, name), { force: true });
  }
  try {
    rmdirSync(registry);
  } catch {
    // another lab is there
  }
}

/** Refuses a name under which a lab of another state folder is up: what has that name on this machine is not ours to change or to end. */
export function refuseForeign(name: string, registry = REGISTRY): void {
  const entry = entryOf(name, registry);
  if (entry !== undefined && !isOwn(entry) && !isOver(entry)) {
    throw new UsageError(
      `lab "${name}" of state folder ${entry.state} is up on this machine, and this command works with ${stateDir()}: choose another --name, or take that one down with HOLDFAST_STATE=${entry.state}`,
    );
  }
  if ((entry === undefined || !isOwn(entry)) && !existsSync(join(stateDir(), 'labs', name)) && labProcesses(name).length > 0) {
    throw new UsageError(
      `processes of a lab "${name}" run on this machine (${labProcesses(name).slice(0, 5).join(', ')} …), and state folder ${stateDir()} knows no such lab: choose another --name, or take that one down with the HOLDFAST_STATE that it was made with`,
    );
  }
}

/** Blocks of addresses that labs of other state folders use. */
export function foreignBases(registry = REGISTRY): string[] {
  return entries(registry)
    .filter((entry) => !isOwn(entry) && !isOver(entry))
    .map(({ base }) => base);
}

/** The user who has a name on this machine, if that is known. */
export function registeredOwner(name: string, registry = REGISTRY): number | undefined {
  return entryOf(name, registry)?.owner;
}

/** Whether nothing can be left of a lab: its state folder knows it no more, and nothing of it runs. */
function isOver({ name, state }: Entry): boolean {
  return !existsSync(join(state, 'labs', name)) && labProcesses(name).length === 0;
}

function isOwn({ folder }: Entry): boolean {
  return folder === own().folder;
}

function own(): Pick<Entry, 'state' | 'folder'> {
  if (!existsSync(stateDir())) return { state: stateDir(), folder: 'not there' };
  const state = realpathSync(stateDir());
  const { dev, ino } = statSync(state);
  return { state, folder: `${dev}:${ino}` };
}

function entries(registry: string): Entry[] {
  if (!existsSync(registry)) return [];
  const files = readdirSync(registry).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => readWholeJson<Entry>(join(registry, file)) ?? []);
}

function entryOf(name: string, registry: string): Entry | undefined {
  return readWholeJson<Entry>(fileOf(registry, name));
}

function fileOf(registry: string, name: string): string {
  return join(registry, `${name}.json`);
}

function lock(registry: string): Disposable {
  mkdirSync(registry, { recursive: true, mode: 0o755 });
  return takeLockSoon(join(registry, 'lock'), 'taking a name for a lab', limits.journalLock);
}
