import type { RecordFile } from '../record/files.ts';
import { linesOf } from '../record/lines.ts';

/** What came of reading one file: lines not understood, and whether the file broke off in the middle. */
export type Reading = { present: boolean; lines: number; unreadable: number; brokenOff: boolean };

/** Streams a file of a record through `visit`, one parsed line at a time; a line that `visit` refuses is counted, not fatal. */
export async function eachLine(file: RecordFile | undefined, visit: (line: unknown) => boolean): Promise<Reading> {
  const reading: Reading = { present: file !== undefined, lines: 0, unreadable: 0, brokenOff: false };
  if (file === undefined) return reading;
  for await (const { text, whole } of linesOf(file)) {
    if (!whole) reading.brokenOff = true;
    else if (text.trim() !== '') {
      reading.lines += 1;
      if (!visit(parsed(text))) reading.unreadable += 1;
    }
  }
  return reading;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
