import { join } from 'node:path';
import { checkLines, type Checked } from '../record/check-lines.ts';
import type { RecordFile } from '../record/files.ts';
import type { RecordFolder } from '../record/reader.ts';
import { salvage } from '../record/salvage.ts';
import { UsageError, messageOf } from '../support/errors.ts';
import { sameBytes } from '../support/files.ts';
import { faultsLoader, historyLoader, observationsLoader, stateLoader, transactionsLoader, type Loader } from './columns.ts';
import { quoted, quotedPath, type Database } from './database.ts';

/** What became of one file of the record while it was read. */
export type FileState = { name: string; label: string; copy: string | null; lines: number; whole: boolean; stated: number | null };

/** Loads a record into typed tables; says for each file how many lines it gave and whether it was whole. A line that breaks the format is refused. */
export async function loadTables(database: Database, record: RecordFolder, temporary: string): Promise<FileState[]> {
  await database.script('tables.sql');
  const { history, observations, faults, transactions, runbook, gone, deposed } = record;
  const alike = sourcesOf(record.finals);
  // each line of a file is checked here, beside the long load of the history; what is the same byte by byte is checked once
  const checks = new Map<RecordFile, Promise<Checked>>();
  for (const file of [history, observations, faults, transactions, runbook, ...gone.values(), ...deposed.values()])
    if (file !== undefined) checks.set(file, checkLines(file, { byShape: true }));
  const checked = alike.then((sources) => Promise.all(sources.map(([first]) => checkLines(first, { byShape: true }))));
  for (const check of [...checks.values(), alike, checked]) check.catch(() => undefined);

  const states: FileState[] = [];
  const note = (file: RecordFile, { lines, whole }: Checked, copy: string | null = null): void => {
    states.push({ name: file.name, label: file.label, copy, lines, whole, stated: statedOf(record, file.name) });
  };
  const load = async (file: RecordFile | undefined, loader: Loader): Promise<void> => {
    const check = file && checks.get(file);
    if (file === undefined || check === undefined) return;
    note(file, await loadFile(database, { file, loader, temporary, check: file === history ? check : await check }));
  };
  await load(history, historyLoader);
  await load(observations, observationsLoader);
  await load(faults, faultsLoader);
  await load(transactions, transactionsLoader);
  const sources = await alike;
  for (const [nth, copies] of sources.entries()) {
    const [first] = copies;
    const check = (await checked)[nth] as Checked;
    const loaded = await loadFile(database, { file: first, loader: stateLoader('source_rows', quoted(first.copy)), temporary, check });
    for (const file of copies) note(file, loaded, file.copy);
    const shared = copies.map(({ copy }) => `(${quoted(copy)}, ${quoted(first.copy)})`);
    await database.run(`INSERT INTO final_sources VALUES ${shared.join(', ')}`);
  }
  for (const [copy, file] of gone) await load(file, stateLoader('gone_rows', quoted(copy)));
  for (const [copy, file] of deposed) await load(file, stateLoader('deposed_rows', quoted(copy)));
  // nothing is judged by it; that it is whole is asked of every file
  if (runbook !== undefined) note(runbook, await checks.get(runbook)!);
  await dropRepeatedOperations(database);
  return states;
}

function statedOf({ run: { lines = {} } }: RecordFolder, name: string): number | null {
  return Object.hasOwn(lines, name) ? (lines[name] ?? null) : null;
}

type Final = RecordFile & { copy: string };

/** The final states of the copies; those whose files are the same byte by byte stand together. */
async function sourcesOf(finals: RecordFolder['finals']): Promise<[Final, ...Final[]][]> {
  const sources: [Final, ...Final[]][] = [];
  for (const [copy, file] of finals) {
    let source: [Final, ...Final[]] | undefined;
    for (const known of sources) {
      const [first] = known;
      if (first.gzip !== file.gzip || !(await sameBytes(first.path, file.path))) continue;
      source = known;
      break;
    }
    if (source === undefined) sources.push([{ ...file, copy }]);
    else source.push({ ...file, copy });
  }
  return sources;
}

type Load = { file: RecordFile; loader: Loader; temporary: string; check: Checked | Promise<Checked> };

/* Loads a file that was checked, or is being checked: rows are what they seem only if it breaks the format nowhere. */
async function loadFile(database: Database, { file, loader, temporary, check }: Load): Promise<Checked> {
  if (!(check instanceof Promise) && !check.whole) return loadRest(database, { file, loader, temporary });
  const stop = new AbortController();
  const checking = Promise.resolve(check).catch((error: unknown) => {
    stop.abort();
    throw error;
  });
  const [checked, inserted] = await Promise.allSettled([checking, insert(database, file, loader, stop.signal)]);
  if (checked.status === 'rejected') throw checked.reason;
  const { lines, whole } = checked.value;
  if (!whole) {
    await database.run(`TRUNCATE ${loader.table}`);
    return loadRest(database, { file, loader, temporary });
  }
  if (inserted.status === 'rejected') throw await refusal(file, inserted.reason);
  if (inserted.value !== lines)
    throw new UsageError(`${file.path}: expected ${lines} lines, ${inserted.value} could be read; write one JSON object a line`);
  return { lines, whole };
}

/* Loads the lines of a damaged file that can still be read. */
async function loadRest(database: Database, { file, loader, temporary }: Omit<Load, 'check'>): Promise<Checked> {
  const target = join(temporary, `salvaged-${crypto.randomUUID()}.jsonl`);
  await salvage(file, target);
  try {
    return { lines: await insert(database, { ...file, path: target, gzip: false }, loader), whole: false };
  } catch (error) {
    throw await refusal(file, error);
  }
}

async function insert(database: Database, file: RecordFile, loader: Loader, signal?: AbortSignal): Promise<number> {
  const fields = Object.entries(loader.fields).map(([name, type]) => `"${name}": '${type}'`);
  const source = `read_json(${quotedPath(file.path)}, format = 'newline_delimited',
    compression = '${file.gzip ? 'gzip' : 'uncompressed'}', columns = {${fields.join(', ')}})`;
  const lines = await database.change(`INSERT INTO ${loader.table} BY NAME ${loader.select} FROM ${source}`, signal);
  if (loader.table !== 'history') return lines;
  // that a call ends after its start is no matter of a line's shape
  const { invalid } = await database.row('SELECT count(*) AS invalid FROM history WHERE "end" < start');
  if (invalid === 0) return lines;
  throw new Error(`${String(invalid)} operations end before their start; docs/record-format.md describes each field`);
}

/* Why a file whose lines have the right shapes could not be loaded: how the fields of a line agree is looked at now. */
async function refusal(file: RecordFile, reason: unknown): Promise<unknown> {
  if (reason instanceof UsageError || messageOf(reason).includes('Out of Memory Error')) return reason;
  await checkLines(file);
  return new UsageError(`${file.path}: expected one JSON object a line, but ${messageOf(reason)}; correct the line`, { cause: reason });
}

/** A line that stands in the history twice is one operation. Counted after the load: the closing line counts lines as they stand. */
async function dropRepeatedOperations(database: Database): Promise<void> {
  const key =
    'op, id, client, start, "end", outcome, due, attempt, status, site, pod, copy, role, found, version, token, system, lsn, timeline, epoch, replicated, connect, stage, payload';
  const real = `op NOT IN ('dropped', 'end')`;
  const { repeated } = await database.row(
    `SELECT count(*) - count(DISTINCT hash(op, id, client, start, "end", outcome, due, attempt)) AS repeated FROM history WHERE ${real}`,
  );
  if (repeated === 0) return;
  await database.run(`
    DELETE FROM history WHERE rowid IN (
      SELECT line FROM (SELECT rowid AS line, row_number() OVER (PARTITION BY ${key}) AS nth FROM history WHERE ${real}) WHERE nth > 1)`);
}
