import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeAtomic } from '../../support/files.ts';
import type { Lab } from './store.ts';

/** A restore of the database service: from which backup, to which time, and when it was begun. */
export interface Restore {
  backup: string;
  /** without it: to the end of the archive; ISO time */
  to?: string;
  begunAt: string;
}

/** Restores since the repository was made, oldest first; what was written between the time of one and its begin is on no line of history that goes on. */
export function restoresOf(lab: Lab): Restore[] {
  return readJson<Restore[]>(fileOf(lab, 'restores.json')) ?? [];
}

/** Notes a restore before it begins. */
export function noteRestore(lab: Lab, restore: Restore): void {
  writeAtomic(fileOf(lab, 'restores.json'), JSON.stringify([...restoresOf(lab), restore]));
}

/** Forgets all of them: the repository is made anew. */
export function forgetRestores(lab: Lab): void {
  rmSync(fileOf(lab, 'restores.json'), { force: true });
}

/** Whether the data of every copy was taken away, and has not come back. */
export function isDestroyed(lab: Lab): boolean {
  return existsSync(fileOf(lab, 'destroyed'));
}

/** Notes that it was, or that it is there again. */
export function noteDestroyed(lab: Lab, destroyed: boolean): void {
  if (destroyed) writeAtomic(fileOf(lab, 'destroyed'), '');
  else rmSync(fileOf(lab, 'destroyed'), { force: true });
}

function fileOf(lab: Lab, name: string): string {
  return join(lab.dir, name);
}
