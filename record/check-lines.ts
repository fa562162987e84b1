import { isUtf8 } from 'node:buffer';
import { UsageError, messageOf } from '../support/errors.ts';
import { interruption } from '../support/interrupt.ts';
import type { RecordFile } from './files.ts';
import { textProblem } from './json-text.ts';
import { schemaOf } from './line-schemas.ts';
import { bytesOf, isDamage, LONGEST_LINE, tooLong } from './lines.ts';
import { withoutNulls } from './nulls.ts';
import { reasonOf } from './reader.ts';
import { Shapes } from './shapes.ts';

/** What a file holds: lines that are not blank, and whether it is whole: its last line has its end or is JSON, and its compression is sound. */
export type Checked = { lines: number; whole: boolean };

/**
 * Reads a file to its end and throws at the first line that breaks the format, with file, line and reason; a cut last line is no such line.
 * `byShape`: a line that has the shape of one before passes for it, which is many times faster; that it ends after its start is then not looked at.
 */
export async function checkLines(file: RecordFile, { byShape = false }: { byShape?: boolean } = {}): Promise<Checked> {
  const check = new LineCheck(file, byShape);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of bytesOf(file)) {
      interruption.signal.throwIfAborted();
      const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      check.lines(bytes.subarray(0, end));
      rest = bytes.subarray(end);
      if (rest.length > LONGEST_LINE) throw tooLong(file, check.number + 1);
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { lines: check.told, whole: false };
  }
  const whole = check.last(rest);
  return { lines: check.told, whole };
}

const NEWLINE = 0x0a;

/* Checks lines as they come; most have the shape of one before. */
class LineCheck {
  /** lines so far, blank ones included */
  number = 0;
  /** lines so far that hold something */
  told = 0;
  readonly #file: RecordFile;
  readonly #shapes: Shapes | undefined;

  constructor(file: RecordFile, byShape: boolean) {
    this.#file = file;
    this.#shapes = byShape ? new Shapes() : undefined;
  }

  /** Checks whole lines, each with its end. */
  lines(bytes: Buffer): void {
    // bytes as characters: patterns know ASCII alone, and a text's other characters are what texts may hold, if they are UTF-8
    const text = bytes.toString('latin1');
    const shapes = isUtf8(bytes) ? this.#shapes : undefined;
    for (let at = 0; at < bytes.length;) {
      let end = shapes?.endOf(text, at);
      if (end === undefined) {
        end = bytes.indexOf(NEWLINE, at) + 1;
        this.#line(bytes.subarray(at, end - 1));
      } else {
        this.number++;
        this.told++;
      }
      at = end;
    }
  }

  /** Checks what stands behind the last line's end; false: it is a line that was cut. */
  last(bytes: Buffer): boolean {
    if (bytes.length === 0) return true;
    if (!isJson(bytes)) return false;
    this.#line(bytes);
    return true;
  }

  #line(bytes: Buffer): void {
    this.number++;
    const text = bytes.toString('utf8');
    if (/^[ \t\r]*$/u.test(text)) return;
    this.told++;
    const problem = isUtf8(bytes) ? lineProblem(this.#file.name, text) : 'expected UTF-8, but some bytes are none';
    if (problem !== undefined) {
      throw new UsageError(`${this.#file.path}:${this.number}: ${problem}; correct the line (docs/record-format.md describes each field)`);
    }
    this.#shapes?.learn(text.replace(/\r$/u, ''), schemaOf(this.#file.name)(JSON.parse(text) as Record<string, unknown>));
  }
}

/** Why a line is not as the format asks; undefined: it is. */
export function lineProblem(name: string, text: string): string | undefined {
  try {
    return problemOf(name, text);
  } catch (error) {
    // brackets within brackets without an end use up the stack
    return `expected one JSON object that can be read, but ${messageOf(error)}`;
  }
}

function problemOf(name: string, text: string): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return `expected one JSON object, but ${messageOf(error)}`;
  }
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return 'expected one JSON object';
  const line = json as Record<string, unknown>;
  const strange = textProblem(text);
  if (strange !== undefined) return strange;
  const parsed = schemaOf(name)(line).safeParse(withoutNulls(line));
  if (!parsed.success) return reasonOf(parsed.error);
  const { start, end } = parsed.data;
  if (typeof start !== 'number' || typeof end !== 'number' || end >= start) return undefined;
  return `the operation ends at ${end} µs, before its start at ${start} µs`;
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
