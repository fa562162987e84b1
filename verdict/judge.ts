import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECORD_FORMAT } from '../record/format.ts';
import { filesOf, openRecord, type RecordFolder } from '../record/reader.ts';
import { Verdict } from '../record/verdict-format.ts';
import { MachineError, messageOf } from '../support/errors.ts';
import { Database, type DatabaseOptions } from './database.ts';
import { decide } from './decide.ts';
import { easedBy } from './eased.ts';
import { measure, measureCalls } from './figures.ts';
import { weighOverload } from './overload.ts';
import { weighGenerator } from './generator.ts';
import { runRules } from './rules.ts';
import { loadSettings } from './settings.ts';
import { loadSlices } from './slices.ts';
import { makeViews } from './steps.ts';
import { loadTables } from './tables.ts';

/** Most memory for tables and the work on them. What is read, and DuckDB's own buffers, come on top: the process stays below 2 GB at 10 million operations, below 2.5 GB at 100 million. */
const MEMORY_LIMIT = '1200MB';

/**
 * What judging may use of this machine. `tempDirectory` takes what does not fit into memory; default: the system's. `part`: operations whose
 * elements are grouped and joined at once.
 */
export type JudgeOptions = Partial<DatabaseOptions> & { tempDirectory?: string; part?: number };

/** Judges a run record from its files alone; the same record gives the same verdict. Throws UsageError when it is no record, MachineError when it is too large for what judging may use. */
export async function judge(folder: string, options: JudgeOptions = {}): Promise<Verdict> {
  const record = openRecord(folder);
  return withTables(record, options, async (database) => {
    const rules = await runRules(database, record);
    const figures = await measure(database, await restartingReads(database));
    const { findings: weighed, overload } = await weighOverload(record.run, { rules, figures }, () => measureWithout(database, 'calm'));
    const { owes } = await database.row('SELECT count(*) > 0 AS owes FROM unmet_generator');
    const findings = owes === true ? await weighGenerator(record.run, weighed, figures, () => measureWithout(database, 'asked')) : weighed;
    const { expect, topology } = record.run;
    const eased = easedBy(record.run);
    return Verdict.parse({
      format: RECORD_FORMAT,
      id: record.run.id,
      scenario: record.run.scenario,
      ...(expect === undefined ? {} : { expect }),
      ...(topology.sabotage === undefined ? {} : { sabotage: topology.sabotage }),
      ...decide(record.run, findings, { figures, overload }),
      ...(overload === undefined ? {} : { overload }),
      ...(eased.length === 0 ? {} : { eased }),
      findings,
      ...figures,
    });
  });
}

/** Opens a database that holds the record's tables and views, for as long as `use` runs. */
export async function withTables<T>(record: RecordFolder, options: JudgeOptions, use: (database: Database) => Promise<T>): Promise<T> {
  const temporary = await mkdtemp(join(options.tempDirectory ?? tmpdir(), 'holdfast-verdict-'));
  const limits = { memoryLimit: MEMORY_LIMIT, spillBytes: spillOf(record), ...options };
  let database: Database | undefined;
  try {
    database = await Database.open([record.folder], temporary, limits);
    const files = await loadTables(database, record, temporary);
    await loadSettings(database, record, files);
    await makeViews(database, options.part);
    await loadSlices(database);
    return await use(database);
  } catch (error) {
    if (!messageOf(error).includes('Out of Memory Error')) throw error;
    const room = `${limits.memoryLimit} of memory and ${limits.spillBytes} bytes of disk`;
    throw new MachineError(`${record.folder}: expected ${room} to do for judging`, { cause: error });
  } finally {
    database?.close();
    await rm(temporary, { recursive: true, force: true });
  }
}

/* Tables that do not fit into memory take a few times the size of a plain record; what takes more was made to fill a disk. */
function spillOf(record: RecordFolder): number {
  return Math.max(4e9, 40 * filesOf(record).reduce((sum, { path }) => sum + statSync(path).size, 0));
}

/** What the calls tell without those that failed while the machine was busy (`calm`), or that the load generator owed (`asked`). */
async function measureWithout(database: Database, left: 'calm' | 'asked'): ReturnType<typeof measureCalls> {
  for (const script of [`views/${left}.sql`, 'views/bins.sql']) await database.script(script);
  await loadSlices(database);
  return measureCalls(database);
}

async function restartingReads(database: Database): Promise<Map<string, number>> {
  const rows = await database.rows(`
    SELECT coalesce(r.copy, '?') AS copy, count(DISTINCT r.line) AS reads
    FROM stale_reads AS r ASOF JOIN restarting AS w ON w.copy = r.copy AND r.start > w.since
    WHERE r.asked = 'replica' AND r.start < w.reach GROUP BY r.copy`);
  return new Map(rows.map((row) => [String(row.copy), Number(row.reads)]));
}
