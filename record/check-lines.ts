import type { z } from 'zod';
import { UsageError, messageOf } from '../support/errors.ts';
import type { RecordFile } from './files.ts';
import { FaultLine, FinalRow, HistoryLine, Observation, TransactionLine } from './format.ts';
import { linesOf } from './lines.ts';
import { withoutNulls } from './nulls.ts';
import { reasonOf } from './reader.ts';

/** The schema of a file's lines, chosen by the file's name inside the record. */
export function schemaOf(name: string): z.ZodType {
  if (name === 'history') return HistoryLine;
  if (name === 'observations') return Observation;
  if (name === 'faults') return FaultLine;
  if (name === 'evidence/transactions') return TransactionLine;
  return FinalRow;
}

/** Throws at the first line that breaks the format, with file, line and reason; a cut last line is no such line. */
export async function checkLines(file: RecordFile): Promise<void> {
  const schema = schemaOf(file.name);
  for await (const { number, text, whole } of linesOf(file)) {
    if (!whole || text.trim() === '') continue;
    const reason = problemOf(text, schema);
    if (reason !== undefined) {
      throw new UsageError(`${file.path}:${number}: ${reason}; correct the line (docs/record-format.md describes each field)`);
    }
  }
}

/** Reads all lines of a small file (observations, faults), checked; a cut last line is left out. */
export async function readLines<T>(file: RecordFile, schema: z.ZodType<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const { number, text, whole } of linesOf(file)) {
    if (!whole || text.trim() === '') continue;
    const reason = problemOf(text, schema);
    if (reason !== undefined) throw new UsageError(`${file.path}:${number}: ${reason}; correct the line`);
    rows.push(schema.parse(withoutNulls(JSON.parse(text))));
  }
  return rows;
}

function problemOf(text: string, schema: z.ZodType): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return `expected one JSON object, but ${messageOf(error)}`;
  }
  for (const [key, value] of Object.entries(json ?? {})) {
    if (typeof value === 'string' && !value.isWellFormed()) return `${key}: expected Unicode text, but a surrogate stands alone`;
  }
  const parsed = schema.safeParse(withoutNulls(json));
  if (!parsed.success) return reasonOf(parsed.error);
  const { start, end } = json as { start?: unknown; end?: unknown };
  if (typeof start === 'number' && typeof end === 'number' && end < start) {
    return `the operation ends at ${end} µs, before its start at ${start} µs`;
  }
  return undefined;
}
