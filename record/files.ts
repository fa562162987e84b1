import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
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
    if (lstatSync(join(folder, label), { throwIfNoEntry: false }) === undefined) continue;
    return { name, label, path: insidePath(folder, label), gzip };
  }
  return undefined;
}

/** Finds the states of copies in a folder of the record ("final", "evidence/deposed"), by copy. */
export function findStates(folder: string, room: string): Map<string, RecordFile> {
  const states = new Map<string, RecordFile>();
  if (lstatSync(join(folder, room), { throwIfNoEntry: false }) === undefined) return states;
  const directory = insidePath(folder, room, { directory: true });
  for (const entry of readdirSync(directory).sort()) {
    const copy = /^(.+)\.jsonl(\.gz)?$/u.exec(entry)?.[1];
    if (copy === undefined) continue;
    const file = findLines(folder, `${room}/${copy}`);
    if (file !== undefined) states.set(copy, file);
  }
  return states;
}

/** The absolute path of a record's entry; one that leads out of the record, or is no ordinary file, is refused. */
export function insidePath(folder: string, label: string, options: { directory?: boolean } = {}): string {
  const root = realpathSync(folder);
  const entry = join(root, label);
  if (!existsSync(entry)) {
    throw new UsageError(`${join(folder, label)}: the link leads nowhere; put the file itself into the record`);
  }
  const path = realpathSync(entry);
  if (!path.startsWith(root + sep)) {
    throw new UsageError(`${join(folder, label)}: the link leads out of the record; put the file itself into the record`);
  }
  const stat = statSync(path);
  if (options.directory === true ? !stat.isDirectory() : !stat.isFile()) {
    throw new UsageError(`${join(folder, label)}: expected ${options.directory === true ? 'a folder' : 'an ordinary file'}`);
  }
  return path;
}
