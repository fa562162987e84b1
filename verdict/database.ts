import { readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { UsageError } from '../support/errors.ts';
import { interruption } from '../support/interrupt.ts';

/** What judging may use of this machine. */
export type DatabaseOptions = {
  /** e.g. "1200MB": most that tables and the work on them take; above it they spill into the temporary folder. What is read, and DuckDB's own buffers, come on top. */
  memoryLimit: string;
  threads?: number;
  /** most bytes that may spill into the temporary folder, and that stored tables may take there */
  spillBytes?: number;
};

/** What remains packs integers and repeated texts; the others shrink a history little more, and take longer. */
const SLOW_COMPRESSION = 'fsst,zstd,alp,alprd,rle,dict_fsst,chimp,patas';
const WATCH_MS = 200;

/** A value as it leaves the database: integers are numbers, lists are arrays. */
export type Value = string | number | boolean | null | Value[];
export type Row = Record<string, Value>;

/** An in-memory DuckDB that can read the given folders and nothing else. Its schema `stored` is a file: tables there are packed, and need no memory. */
export class Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #stored: { path: string; most: number };
  /** aborted when a person wants no more of it */
  readonly #signal: AbortSignal;
  readonly #interrupt = (): void => this.#connection.interrupt();

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, stored: { path: string; most: number }) {
    this.#instance = instance;
    this.#connection = connection;
    this.#stored = stored;
    this.#signal = interruption.signal;
    this.#signal.addEventListener('abort', this.#interrupt);
  }

  /** Opens the database and locks its configuration. `temporary` takes what does not fit into memory. */
  static async open(readable: string[], temporary: string, options: DatabaseOptions): Promise<Database> {
    const instance = await DuckDBInstance.create(':memory:', { threads: String(options.threads ?? Math.min(4, availableParallelism())) });
    const stored = { path: join(temporary, 'stored.db'), most: options.spillBytes ?? Infinity };
    const database = new Database(instance, await instance.connect(), stored);
    // a folder whose name holds glob characters must be allowed under its escaped name as well
    const allowed = [...readable, temporary].flatMap((folder) => [folder, globEscaped(folder)]);
    await database.run(`
      SET memory_limit = ${quoted(options.memoryLimit)};
      SET temp_directory = ${quoted(temporary)};
      ${options.spillBytes === undefined ? '' : `SET max_temp_directory_size = '${options.spillBytes}B';`}
      SET preserve_insertion_order = false;
      SET autoinstall_known_extensions = false;
      SET disabled_compression_methods = ${quoted(SLOW_COMPRESSION)};
      ATTACH ${quoted(stored.path)} AS stored;
      SET search_path = 'memory.main,stored.main';
      SET allowed_directories = [${allowed.map(quoted).join(', ')}];
      SET enable_external_access = false;
      SET lock_configuration = true;`);
    return database;
  }

  /** Runs statements without a result. */
  async run(sql: string): Promise<void> {
    this.#heed();
    await this.#connection.run(sql);
  }

  /** Runs a statement that changes rows; says how many. Throws when the stored tables outgrow what was allowed to spill, and when `signal` ends it. */
  async change(sql: string, signal?: AbortSignal): Promise<number> {
    const { path, most } = this.#stored;
    const outgrown = (): boolean => statSync(path).size > most;
    const watch = setInterval(() => {
      if (outgrown() || signal?.aborted === true) this.#connection.interrupt();
    }, WATCH_MS);
    const [changed] = await Promise.allSettled([this.row(sql)]);
    clearInterval(watch);
    if (outgrown()) throw new UsageError(`expected a record whose rows take at most ${most} bytes on disk; they take more`);
    if (changed.status === 'rejected') throw changed.reason;
    return Number(changed.value.Count);
  }

  /** Runs the statements of a .sql file of this room. */
  async script(name: string): Promise<void> {
    try {
      await this.run(sqlFile(name));
    } catch (error) {
      throw new Error(`verdict/${name} failed`, { cause: error });
    }
  }

  /** The rows of a query. */
  async rows(sql: string): Promise<Row[]> {
    this.#heed();
    const reader = await this.#connection.runAndReadAll(sql);
    return reader.getRowObjectsJS().map((row) => plainOf(row) as unknown as Row);
  }

  /** The one row of a query. */
  async row(sql: string): Promise<Row> {
    const [row] = await this.rows(sql);
    if (row === undefined) throw new Error(`expected one row, got none: ${sql}`);
    return row;
  }

  /** Makes a small table of given columns and rows, in place of one of that name. */
  async table(name: string, columns: Record<string, string>, rows: readonly Record<string, unknown>[]): Promise<void> {
    const definition = Object.entries(columns).map(([column, type]) => `"${column}" ${type}`);
    await this.run(`CREATE OR REPLACE TABLE ${name} (${definition.join(', ')})`);
    if (rows.length === 0) return;
    const names = Object.keys(columns).map((column) => `"${column}"`);
    await this.#connection.run(
      `INSERT INTO ${name} (${names.join(', ')})
       SELECT ${names.map((column) => `item.${column}`).join(', ')} FROM (SELECT unnest(from_json($1, $2)) AS item)`,
      [JSON.stringify(rows), JSON.stringify([columns])],
    );
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#interrupt);
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  #heed(): void {
    this.#signal.throwIfAborted();
  }
}

/** The text of a .sql file of this room. */
export function sqlFile(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

/** A text as an SQL literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path as an SQL literal that matches this one file, whatever characters its name holds. */
export function quotedPath(path: string): string {
  return quoted(globEscaped(path));
}

function globEscaped(path: string): string {
  return path.replace(/[[\]*?]/gu, (character) => `[${character}]`);
}

function plainOf(value: unknown): Value {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plainOf);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainOf(inner)])) as unknown as Value;
  }
  return value as Value;
}
