import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { UsageError } from '../support/errors.ts';

/** One file of a record, plain or compressed. */
export type RecordFile = {
  /** name inside the record without ".jsonl" and ".gz", e.g. "final/db1" */
  name: string;
  /** name as it stands in the folder, for messages */
  label: string;
  /** absolute path, links resolved */
  path: string;
  gzip: boolean;
};

/** Finds `<name>.jsonl`, or `<name>.jsonl.gz` when there is no plain one; undefined when there is neither. */
export function findLines(folder: string, name: string): RecordFile | undefined {
  for (const gzip of [false, true]) {
    const label = `${name}.jsonl${gzip ? '.gz' : ''}`;
    if (!isThere(join(folder, label))) continue;
    return { name, label, path: insidePath(folder, label), gzip };
  }
  return undefined;
}

/** Finds the states of copies in a folder of the record ("final", "evidence/deposed"), by copy. */
export function findStates(folder: string, room: string): Map<string, RecordFile> {
  const states = new Map<string, RecordFile>();
  if (!isThere(join(folder, room))) return states;
  const directory = insidePath(folder, room, { directory: true });
  for (const entry of readdirSync(directory).sort()) {
    const copy = /^(.+)\.jsonl(\.gz)?$/u.exec(entry)?.[1];
    if (copy === undefined) continue;
    const file = findLines(folder, `${room}/${copy}`);
    if (file !== undefined) states.set(copy, file);
  }
  return states;
}

/* Whether anything is there, or stands in the way to it. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return true;
    throw error;
  }
}

/** The absolute path of a record's entry; a link, on the way there as well, and what is no ordinary file is refused. */
export function insidePath(folder: string, label: string, options: { directory?: boolean } = {}): string {
  const root = realpathSync(folder);
  const parts = label.split('/');
  for (const [depth] of parts.entries()) {
    const within = parts.slice(0, depth + 1).join('/');
    const kind = lstatSync(join(root, within));
    if (kind.isSymbolicLink())
      throw new UsageError(`${join(folder, within)}: ${linkProblem(root, within)}; put the file itself into the record`);
    const directory = depth < parts.length - 1 || options.directory === true;
    if (directory ? kind.isDirectory() : kind.isFile()) continue;
    throw new UsageError(`${join(folder, within)}: expected ${directory ? 'a folder' : 'an ordinary file'}`);
  }
  return join(root, label);
}

function linkProblem(root: string, label: string): string {
  let target: string;
  try {
    target = realpathSync(join(root, label));
  } catch {
    return 'the link leads nowhere';
  }
  return target.startsWith(root + sep) ? 'it is a link' : 'the link leads out of the record';
}
