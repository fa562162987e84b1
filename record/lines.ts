import { createReadStream, fstatSync } from 'node:fs';
import { pipeline, Transform, type Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { UsageError } from '../support/errors.ts';
import { openOrdinary } from '../support/files.ts';
import type { RecordFile } from './files.ts';

/** A longer line is no operation: it is what DuckDB reads as one JSON object at most. */
export const LONGEST_LINE = 16 * 2 ** 20;
/** Histories compress to a tenth; what grows to so many times its size, beyond so many bytes, was made to fill a disk. */
const BOMB = { ratio: 200, bytes: 64 * 2 ** 20 } as const;

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
      if (rest.length > LONGEST_LINE) throw tooLong(file, number + parts.length + 1);
      for (const text of parts) yield { number: ++number, text: text.replace(/\r$/u, ''), whole: true };
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    damaged = true;
  }
  if (rest !== '' || damaged) yield { number: number + 1, text: rest, whole: !damaged && isJson(rest) };
}

/** What to say of a line that no record has. */
export function tooLong(file: RecordFile, number: number): UsageError {
  return new UsageError(
    `${file.path}:${number}: expected a line of at most ${LONGEST_LINE} characters; it is longer: no line of a record is`,
  );
}

/** The content of a file, uncompressed. */
export function bytesOf(file: RecordFile): Readable {
  const descriptor = openOrdinary(file.path);
  const { size } = fstatSync(descriptor);
  const raw = createReadStream(file.path, { fd: descriptor, highWaterMark: 1 << 20 });
  if (!file.gzip) return raw;
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  // pipeline closes the raw stream when the reader stops early; errors reach the reader through the returned stream
  return pipeline(raw, gunzip, defused(file, size, gunzip), () => undefined);
}

/* Passes on what was uncompressed until it is more than any record could be. */
function defused(file: RecordFile, size: number, gunzip: Gunzip): Transform {
  const most = Math.max(BOMB.bytes, size * BOMB.ratio);
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen <= most) done(null, chunk);
      else done(new UsageError(`${file.path}: expected at most ${most} bytes in ${size} compressed ones; there are more: it is no record`));
    },
    flush(done) {
      // zeros behind the end are no error to zlib, and no compressed data either
      const garbage = gunzip.bytesWritten < size;
      done(
        garbage ? Object.assign(new Error('there are other bytes behind the end of the compressed ones'), { code: 'Z_DATA_ERROR' }) : null,
      );
    },
  });
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
