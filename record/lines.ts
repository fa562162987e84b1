import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { RecordFile } from './files.ts';

/** One line of a file; `whole` is false for a last line that was cut off. */
export type Line = { number: number; text: string; whole: boolean };

/** Reads a file line by line without its line ends; a damaged or cut stream ends with a line that is not whole. */
export async function* linesOf(file: RecordFile): AsyncGenerator<Line> {
  let rest = '';
  let number = 0;
  let damaged = false;
  const decoder = new TextDecoder('utf-8');
  try {
    for await (const chunk of bytesOf(file)) {
      const parts = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      for (const text of parts) yield { number: ++number, text: text.replace(/\r$/u, ''), whole: true };
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    damaged = true;
  }
  if (rest !== '' || damaged) yield { number: number + 1, text: rest, whole: !damaged && isJson(rest) };
}

/** The content of a file, uncompressed. */
export function bytesOf(file: RecordFile): Readable {
  const raw = createReadStream(file.path, { highWaterMark: 1 << 20 });
  if (!file.gzip) return raw;
  // pipeline closes the raw stream when the reader stops early; errors reach the reader through the returned stream
  return pipeline(raw, createGunzip({ chunkSize: 1 << 18 }), () => undefined);
}

/** Whether an error says that compressed data is cut or spoilt. */
export function isDamage(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
