import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from './errors.ts';

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Writes a file so that a reader sees the old or the new content, never half of it. What stands there is replaced, a link as well; nothing is written through one. */
export function writeAtomic(path: string, content: string | Uint8Array, options: { mode?: number } = {}): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = draftOf(path);
  try {
    writeNew(draft, content, options.mode);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Writes a file that is not there yet; where anything has its name, it fails. */
export function writeNew(path: string, content: string | Uint8Array, mode?: number): void {
  const file = openDraft(path, mode);
  try {
    writeFileSync(file, content);
  } finally {
    closeSync(file);
  }
}

/** A name beside a file for what is to take its place, which nobody can foresee. */
export function draftOf(path: string): string {
  return `${path}.${randomBytes(8).toString('hex')}.new`;
}

/** Opens a file that is not there yet; where anything has its name, a link as well, it fails. */
export function openDraft(path: string, mode = 0o644): number {
  return openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
}

/** Opens an empty file in place of what has its name: a log that is begun anew. */
export function openAnew(path: string, mode = 0o644): number {
  rmSync(path, { force: true });
  return openDraft(path, mode);
}

/** Opens a file to append to (and to read what it holds); it is made where there is none. A link, or anything but an ordinary file of one name, is refused. */
export function openToAppend(path: string, mode = 0o644): number {
  const file = openedOrdinary(path, O_RDWR | O_APPEND | O_CREAT, mode);
  if (fstatSync(file).nlink <= 1) return file;
  closeSync(file);
  throw new UsageError(`${path}: expected a file of this one name; it is known by another as well: remove it`);
}

/** Opens a file to read it; a link, or anything but an ordinary file, is refused, and never waited for. */
export function openOrdinary(path: string): number {
  return openedOrdinary(path, O_RDONLY);
}

/** The text of an ordinary file; a link, or anything else, is refused, and never waited for. */
export function readOrdinary(path: string): string {
  const file = openOrdinary(path);
  try {
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** Parses a JSON file; undefined when there is none. */
export function readJson<T>(path: string): T | undefined {
  let text: string;
  try {
    text = readOrdinary(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text) as T;
}

function openedOrdinary(path: string, flags: number, mode?: number): number {
  let file: number;
  try {
    file = openSync(path, flags | O_NOFOLLOW | O_NONBLOCK, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP')
      throw new UsageError(`${path}: expected an ordinary file, but it is a link; put the file itself there`, { cause: error });
    // a socket, a device without a driver, a FIFO that nobody reads
    if (code === 'ENXIO' || code === 'ENODEV') throw notOrdinary(path, 'it is none', error);
    throw error;
  }
  const kind = fstatSync(file);
  if (kind.isFile()) return file;
  closeSync(file);
  throw notOrdinary(path, kind.isDirectory() ? 'it is a folder (EISDIR)' : 'it is none');
}

function notOrdinary(path: string, what: string, cause?: unknown): UsageError {
  return new UsageError(`${path}: expected an ordinary file, but ${what}; remove it`, cause === undefined ? {} : { cause });
}

/** The object in a JSON file; undefined when there is none, or only what a machine that lost its power left of it. */
export function readWholeJson<T extends object>(path: string): T | undefined {
  try {
    const value = readJson<T | null>(path);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const CHUNK = 1 << 20;

/** Whether two files hold the same bytes. */
export async function sameBytes(one: string, other: string): Promise<boolean> {
  const sizes = await Promise.all([stat(one), stat(other)]);
  if (sizes[0].size !== sizes[1].size) return false;
  await using a = await open(one);
  await using b = await open(other);
  const [left, right] = [Buffer.alloc(CHUNK), Buffer.alloc(CHUNK)];
  for (let at = 0; at < sizes[0].size; at += CHUNK) {
    const [{ bytesRead }, { bytesRead: also }] = await Promise.all([a.read(left, 0, CHUNK, at), b.read(right, 0, CHUNK, at)]);
    if (bytesRead !== also || !left.subarray(0, bytesRead).equals(right.subarray(0, also))) return false;
  }
  return true;
}
