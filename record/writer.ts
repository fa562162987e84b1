import { createReadStream, createWriteStream, lstatSync, mkdirSync, renameSync, rmSync, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { z } from 'zod';
import { draftOf, openDraft, openOrdinary, openToAppend, writeAtomic } from '../support/files.ts';
import { insidePath } from './files.ts';
import { FaultLine, FinalRow, Observation, Run, RunbookLine, TransactionLine } from './format.ts';
import { Verdict } from './verdict-format.ts';

/** Writes a run record; every line is checked before it is written. Lines of closed files are counted into run.json. */
export class RecordWriter {
  readonly folder: string;
  readonly #open = new Map<string, LineFile>();
  readonly #lines: Record<string, number> = {};

  constructor(folder: string) {
    this.folder = folder;
    for (const room of ['final', 'evidence']) this.#makeRoom(room);
  }

  /** Where the load generator appends the history while the run lasts. */
  get historyPath(): string {
    return join(this.folder, 'history.jsonl');
  }

  /** Writes run.json as a whole; readers see the old or the new one. */
  writeRun(run: z.input<typeof Run>): void {
    const checked = Run.parse({ ...run, lines: { ...run.lines, ...this.#lines } });
    writeAtomic(join(this.folder, 'run.json'), `${JSON.stringify(checked, null, 2)}\n`);
  }

  /** Appends to observations.jsonl. */
  observe(observation: Observation): void {
    this.#file('observations').append(Observation.parse(observation));
  }

  /** Appends to faults.jsonl. */
  fault(line: FaultLine): void {
    this.#file('faults').append(FaultLine.parse(line));
  }

  /** Closes observations and faults; an empty faults.jsonl says that no fault was planned. */
  async close(): Promise<void> {
    for (const name of ['observations', 'faults']) this.#file(name);
    for (const [name, file] of this.#open) this.#lines[name] = (this.#lines[name] ?? 0) + (await file.close());
    this.#open.clear();
  }

  /** Writes the final state of one copy, compressed; the file appears only when it is complete. */
  async writeFinal(copy: string, rows: AsyncIterable<FinalRow> | Iterable<FinalRow>): Promise<void> {
    await this.#writeAll(`final/${copy}`, FinalRow, rows);
  }

  /** Writes what the truth says of transactions. */
  async writeTransactions(lines: readonly TransactionLine[]): Promise<void> {
    this.#makeRoom('evidence');
    await this.#writeAll('evidence/transactions', TransactionLine, lines);
  }

  /** Writes what runbooks did while the run lasted, a line a step. */
  async writeRunbook(steps: readonly RunbookLine[]): Promise<void> {
    await this.#writeAll('evidence/runbook', RunbookLine, steps);
  }

  /** Writes the rows that a copy held when it was deposed. */
  async writeDeposed(copy: string, rows: AsyncIterable<unknown>): Promise<void> {
    this.#makeRoom('evidence/deposed');
    await this.#writeAll(`evidence/deposed/${copy}`, FinalRow, rows);
  }

  /** Replaces `<name>.jsonl` ("history", "observations") by its compressed form. */
  async compress(name: string): Promise<void> {
    const plain = join(this.folder, `${name}.jsonl`);
    await compress(createReadStream(plain, { fd: openOrdinary(plain), highWaterMark: 1 << 20 }), `${plain}.gz`);
    rmSync(plain);
  }

  /** Writes verdict.json as a whole. */
  writeVerdict(verdict: Verdict): void {
    writeVerdict(this.folder, verdict);
  }

  /* Made where it is missing; a link to a folder elsewhere is none of the record's. */
  #makeRoom(room: string): void {
    mkdirSync(this.folder, { recursive: true });
    for (const [depth] of room.split('/').entries()) {
      const within = room
        .split('/')
        .slice(0, depth + 1)
        .join('/');
      if (lstatSync(join(this.folder, within), { throwIfNoEntry: false }) === undefined) mkdirSync(join(this.folder, within));
      insidePath(this.folder, within, { directory: true });
    }
  }

  async #writeAll(name: string, schema: z.ZodType, rows: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
    let lines = 0;
    async function* texts(): AsyncGenerator<string> {
      for await (const row of rows) {
        lines++;
        yield `${JSON.stringify(schema.parse(row))}\n`;
      }
    }
    await compress(Readable.from(texts()), join(this.folder, `${name}.jsonl.gz`));
    this.#lines[name] = lines;
  }

  #file(name: string): LineFile {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const file = new LineFile(join(this.folder, `${name}.jsonl`));
    this.#open.set(name, file);
    return file;
  }
}

/** Writes verdict.json into a record; the same verdict gives the same bytes. */
export function writeVerdict(folder: string, verdict: Verdict): void {
  writeAtomic(join(folder, 'verdict.json'), `${JSON.stringify(Verdict.parse(verdict), null, 2)}\n`);
}

class LineFile {
  readonly #stream: WriteStream;
  #lines = 0;
  #error: Error | undefined;

  constructor(path: string) {
    this.#stream = createWriteStream(path, { fd: openToAppend(path) });
    this.#stream.on('error', (error) => (this.#error ??= error));
  }

  append(line: unknown): void {
    if (this.#error !== undefined) throw this.#error;
    this.#lines++;
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }

  async close(): Promise<number> {
    this.#stream.end();
    if (!this.#stream.closed && this.#error === undefined) await once(this.#stream, 'close');
    if (this.#error !== undefined) throw this.#error;
    return this.#lines;
  }
}

async function compress(source: Readable, target: string): Promise<void> {
  const temporary = draftOf(target);
  try {
    await pipeline(source, createGzip({ level: 4 }), createWriteStream(temporary, { fd: openDraft(temporary) }));
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
