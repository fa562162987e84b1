import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeAtomic } from '../../support/files.ts';
import type { Lab } from './store.ts';

/** A restore of the database service: from which backup, to which time, and when its data was given up. */
export interface Restore {
  backup: string;
  /** without it: to the end of the archive; ISO time */
  to?: string;
  begunAt: string;
  /** that the service was on when its data was given up */
  timeline: number;
}

/** Restores since the repository was made, oldest first; what was written between the time of one and its begin is on no line of history that goes on. */
export function restoresOf(lab: Lab): Restore[] {
  return readJson<Restore[]>(fileOf(lab, 'restores.json')) ?? [];
}

/** Forgets all of them: the repository is made anew. */
export function forgetRestores(lab: Lab): void {
  rmSync(fileOf(lab, 'restores.json'), { force: true });
}

/** What is known of a service whose data was given up, and which is not back: how it is being restored, as far as somebody has begun that. Undefined: it has its data. */
export function givenUp(lab: Lab): Partial<Restore> | undefined {
  return readJson<Partial<Restore>>(fileOf(lab, 'given-up.json'));
}

/** Notes that the data of every copy is taken away, or how it is brought back, before that is done. */
export function noteGivenUp(lab: Lab, restore: Partial<Restore>): void {
  writeAtomic(fileOf(lab, 'given-up.json'), JSON.stringify(restore));
}

/** Notes that it is there again. */
export function noteRestored(lab: Lab): void {
  const { backup, begunAt, to, timeline } = givenUp(lab) ?? {};
  if (backup !== undefined && begunAt !== undefined && timeline !== undefined) {
    const restore: Restore = { backup, begunAt, timeline, ...(to === undefined ? {} : { to }) };
    writeAtomic(fileOf(lab, 'restores.json'), JSON.stringify([...restoresOf(lab), restore]));
  }
  rmSync(fileOf(lab, 'given-up.json'), { force: true });
}

function fileOf(lab: Lab, name: string): string {
  return join(lab.dir, name);
}
