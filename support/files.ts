import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file so that a reader sees the old or the new content, never half of it. */
export function writeAtomic(path: string, content: string | Uint8Array, options: { mode?: number } = {}): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  writeFileSync(temporary, content, { mode: options.mode ?? 0o644 });
  renameSync(temporary, path);
}

/** Parses a JSON file; undefined when there is none. */
export function readJson<T>(path: string): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text) as T;
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
