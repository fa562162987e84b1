import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import type { RecordFile } from './files.ts';
import { linesOf } from './lines.ts';

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
