import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';

/** Longest line that is kept, characters; a longer one counts as not understood. */
const LONGEST_LINE = 1 << 20;

/** What came of reading one file: lines not understood, and whether the file broke off in the middle. */
export type Reading = { present: boolean; lines: number; unreadable: number; brokenOff: boolean };

/** Streams `name` (or `name`.gz) of a record through `visit`, one parsed line at a time, in constant memory. */
export async function eachLine(folder: string, name: string, visit: (line: unknown) => boolean): Promise<Reading> {
  const reading: Reading = { present: false, lines: 0, unreadable: 0, brokenOff: false };
  const path = [`${name}.gz`, name].map((file) => join(folder, file)).find((file) => existsSync(file));
  if (path === undefined) return reading;
  reading.present = true;
  const take = (text: string) => {
    if (text.trim() === '') return;
    reading.lines += 1;
    if (!visit(parsed(text))) reading.unreadable += 1;
  };
  let rest = '';
  try {
    for await (const chunk of open(path)) {
      const pieces = (rest + String(chunk)).split('\n');
      rest = pieces.pop() ?? '';
      if (rest.length > LONGEST_LINE) rest = rest.slice(0, LONGEST_LINE);
      pieces.forEach(take);
    }
  } catch (error) {
    if (!isTruncation(error)) throw error;
    reading.brokenOff = true;
    return reading;
  }
  take(rest);
  return reading;
}

function open(path: string): AsyncIterable<unknown> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (!path.endsWith('.gz')) return file.setEncoding('utf8');
  const unpacked = createGunzip();
  file.on('error', (error) => unpacked.destroy(error));
  return file.pipe(unpacked).setEncoding('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/* A run that was killed leaves a compressed file without its end; what came before is still worth showing. */
function isTruncation(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR';
}
