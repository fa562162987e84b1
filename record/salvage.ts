import { createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { once } from 'node:events';
import type { RecordFile } from './files.ts';
import { bytesOf, isDamage, linesOf } from './lines.ts';

/** Whether a file was closed properly: its compression is intact to the end, or its last line is whole. */
export async function isWhole(file: RecordFile): Promise<boolean> {
  if (!file.gzip) return endsWhole(file);
  if ((await stat(file.path)).size === 0) return false;
  try {
    for await (const chunk of bytesOf(file)) void chunk;
    return true;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

/** Writes the lines that can still be read into a plain file; says how many. */
export async function salvage(file: RecordFile, target: string): Promise<number> {
  const out = createWriteStream(target, { mode: 0o600 });
  let lines = 0;
  for await (const line of linesOf(file)) {
    if (!line.whole || line.text === '') continue;
    lines++;
    if (!out.write(`${line.text}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return lines;
}

async function endsWhole(file: RecordFile): Promise<boolean> {
  const handle = await open(file.path);
  try {
    const { size } = await handle.stat();
    if (size === 0) return true;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer[0] === 0x0a) return true;
    return await lastLineParses(file, size);
  } finally {
    await handle.close();
  }
}

async function lastLineParses(file: RecordFile, size: number): Promise<boolean> {
  const handle = await open(file.path);
  try {
    const length = Math.min(size, 1 << 20);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    JSON.parse(buffer.subarray(buffer.lastIndexOf(0x0a) + 1).toString('utf8'));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  } finally {
    await handle.close();
  }
}
