import { join } from 'node:path';
import { checkLines } from '../record/check-lines.ts';
import type { RecordFile } from '../record/files.ts';
import { filesOf, type RecordFolder } from '../record/reader.ts';
import { isWhole, salvage } from '../record/salvage.ts';
import { UsageError, messageOf } from '../support/errors.ts';
import { sameBytes } from '../support/files.ts';
import { faultsLoader, historyLoader, observationsLoader, stateLoader, transactionsLoader, type Loader } from './columns.ts';
import { quoted, quotedPath, type Database } from './database.ts';

/** What became of one file of the record while it was read. */
export type FileState = { name: string; label: string; copy: string | null; lines: number; whole: boolean; stated: number | null };

/** Loads a record into typed tables; says for each file how many lines it gave and whether it was whole. */
export async function loadTables(database: Database, record: RecordFolder, temporary: string): Promise<FileState[]> {
  await database.script('tables.sql');
  const small = filesOf(record).filter((file) => file !== record.history);
  // compressed files without a closing line show a cut only in their checksum; that check runs beside the long load
  const wholeness = new Map(small.map((file) => [file.name, isWhole(file)]));
  const alike = sourcesOf(record.finals);
  for (const check of [...wholeness.values(), alike]) check.catch(() => undefined);

  const states: FileState[] = [];
  const load = async (file: RecordFile | undefined, loader: Loader, copies?: readonly Final[]): Promise<void> => {
    if (file === undefined) return;
    const known = await wholeness.get(file.name);
    const { lines, whole } = await loadFile(database, { file, loader, temporary, known });
    for (const { name, label, copy } of copies ?? [{ ...file, copy: null }])
      states.push({ name, label, copy, lines, whole, stated: record.run.lines?.[name] ?? null });
  };
  await load(record.history, historyLoader);
  await load(record.observations, observationsLoader);
  await load(record.faults, faultsLoader);
  await load(record.transactions, transactionsLoader);
  for (const copies of await alike) {
    const [first] = copies as [Final];
    await load(first, stateLoader('source_rows', quoted(first.copy)), copies);
    const shared = copies.map(({ copy }) => `(${quoted(copy)}, ${quoted(first.copy)})`);
    await database.run(`INSERT INTO final_sources VALUES ${shared.join(', ')}`);
  }
  for (const [copy, file] of record.gone) await load(file, stateLoader('gone_rows', quoted(copy)));
  for (const [copy, file] of record.deposed) await load(file, stateLoader('deposed_rows', quoted(copy)));
  await dropRepeatedOperations(database);
  return states;
}

type Final = RecordFile & { copy: string };

/** The final states of the copies; those whose files are the same byte by byte stand together. */
async function sourcesOf(finals: RecordFolder['finals']): Promise<Final[][]> {
  const sources: Final[][] = [];
  for (const [copy, file] of finals) {
    let source: Final[] | undefined;
    for (const known of sources) {
      const [first] = known as [Final];
      if (first.gzip !== file.gzip || !(await sameBytes(first.path, file.path))) continue;
      source = known;
      break;
    }
    if (source === undefined) sources.push([{ ...file, copy }]);
    else source.push({ ...file, copy });
  }
  return sources;
}

type Load = { file: RecordFile; loader: Loader; temporary: string; known: boolean | undefined };

async function loadFile(database: Database, { file, loader, temporary, known }: Load): Promise<{ lines: number; whole: boolean }> {
  let source = file;
  let whole = known ?? true;
  if (whole) {
    try {
      return { lines: await insert(database, source, loader), whole };
    } catch (error) {
      if (error instanceof UsageError) throw error;
      if (known === true || (await isWhole(file))) {
        await checkLines(file);
        throw new UsageError(`${file.path}: expected one JSON object a line, but ${messageOf(error)}; correct the line`, { cause: error });
      }
      whole = false;
    }
  }
  const target = join(temporary, `salvaged-${crypto.randomUUID()}.jsonl`);
  await salvage(file, target);
  source = { ...file, path: target, gzip: false };
  try {
    return { lines: await insert(database, source, loader), whole };
  } catch (error) {
    await checkLines(file);
    throw error;
  }
}

async function insert(database: Database, file: RecordFile, loader: Loader): Promise<number> {
  const fields = Object.entries(loader.fields).map(([name, type]) => `"${name}": '${type}'`);
  const source = `read_json(${quotedPath(file.path)}, format = 'newline_delimited',
    compression = '${file.gzip ? 'gzip' : 'uncompressed'}', columns = {${fields.join(', ')}})`;
  const lines = await database.change(`INSERT INTO ${loader.table} BY NAME ${loader.select} FROM ${source}`);
  const { invalid } = await database.row(`SELECT count(*) AS invalid FROM ${loader.table} WHERE NOT valid`);
  if (invalid === 0) return lines;
  await checkLines(file);
  throw new UsageError(`${file.path}: ${String(invalid)} lines are not as the format asks; docs/record-format.md describes each field`);
}

/** A line that stands in the history twice is one operation. Counted after the load: the closing line counts lines as they stand. */
async function dropRepeatedOperations(database: Database): Promise<void> {
  const key =
    'op, id, client, start, "end", outcome, due, attempt, status, site, pod, copy, role, found, version, token, system, lsn, timeline, epoch, replicated, payload';
  const real = `op NOT IN ('dropped', 'end')`;
  const { repeated } = await database.row(
    `SELECT count(*) - count(DISTINCT hash(op, id, client, start, "end", outcome, due, attempt)) AS repeated FROM history WHERE ${real}`,
  );
  if (repeated === 0) return;
  await database.run(`
    DELETE FROM history WHERE rowid IN (
      SELECT line FROM (SELECT rowid AS line, row_number() OVER (PARTITION BY ${key}) AS nth FROM history WHERE ${real}) WHERE nth > 1)`);
}
