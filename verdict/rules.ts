import { FINDING_CLASSES, type FindingClass } from '../record/format.ts';
import type { RecordFolder } from '../record/reader.ts';
import type { Finding } from '../record/verdict-format.ts';
import { quoted, sqlFile, type Database, type Value } from './database.ts';
import type { Group } from './group.ts';
import { describe } from './messages.ts';
import { idleRules } from './steps.ts';
import { witnessesOf } from './witnesses.ts';

/** Classes that explain what else is found about the same element. */
const ROOTS: ReadonlySet<FindingClass> = new Set([
  'lost',
  'lost-unreplicated',
  'lost-update',
  'duplicated',
  'phantom',
  'unexpected',
  'unfinished',
]);

/** Runs every rule of rules/ and turns what it returns into findings, in a fixed order: causes before what they bring along. */
export async function runRules(database: Database, record: RecordFolder): Promise<Finding[]> {
  const findings: Finding[] = [];
  const facts = await database.row(`
    SELECT (SELECT count(*) FROM elements WHERE fate = 'acknowledged') AS acknowledged, ends, lines, stated, usable, truth.copy AS truth
    FROM history_state CROSS JOIN truth`);
  const idle = await idleRules(database);
  for (const name of FINDING_CLASSES) {
    if (idle.has(name)) continue;
    const groups = await groupsOf(database, name);
    const total = groups.reduce((sum, group) => sum + group.count, 0);
    for (const group of groups) {
      findings.push(toFinding(name, group, describe(name, { group, total, facts, run: record.run, findings })));
    }
    if (groups.length > 0 && ROOTS.has(name)) {
      await database.run(`INSERT INTO told SELECT DISTINCT id, ${quoted(name)} FROM hits ANTI JOIN told USING (id) WHERE id IS NOT NULL`);
    }
  }
  return findings;
}

/** The rows that a rule returned, by what they have in common. */
async function groupsOf(database: Database, name: FindingClass): Promise<Group[]> {
  const hits = await database.change(`CREATE OR REPLACE TEMP TABLE hits AS ${sqlFile(`rules/${name}.sql`)}`);
  if (hits === 0) return [];
  const columns = (await database.rows('DESCRIBE hits')).map((column) => String(column.column_name));
  const of = (column: string): string => (columns.includes(column) ? `h.${column}` : 'NULL');
  // each reason for a vacuous record is a finding of its own
  const keys = name === 'vacuous' ? ['message'] : ['scope', ...(columns.includes('root') ? ['root'] : [])];
  const single = ['copy', 'site', 'phase'].filter((column) => columns.includes(column));
  const groups = await database.rows(`
    SELECT min(h.scope) AS scope, min(${of('root')}) AS root, min(${of('message')}) AS message, count(*) AS count, max(worst) AS worst,
      count(${of('deposed')}) AS held, list_aggregate(list_sort(list(DISTINCT ${of('deposed')})), 'string_agg', ', ') AS holders,
      ${single.map((column) => `CASE WHEN count(h.${column}) = count(*) AND min(h.${column}) = max(h.${column}) THEN min(h.${column}) END AS ${column},`).join(' ')}
    FROM hits AS h GROUP BY ${keys.map((key) => `h.${key}`).join(', ')} ORDER BY scope, root NULLS FIRST, message`);
  const result: Group[] = [];
  for (const row of groups) {
    const where = keys.map((key) => `h.${key} IS NOT DISTINCT FROM ${literal(row[key])}`).join(' AND ');
    result.push({
      scope: String(row.scope),
      root: textOf(row.root),
      message: textOf(row.message),
      count: Number(row.count),
      worst: typeof row.worst === 'number' ? row.worst : null,
      copy: textOf(row.copy),
      site: textOf(row.site),
      phase: textOf(row.phase),
      held: Number(row.held),
      holders: textOf(row.holders),
      ...(name === 'vacuous' ? { witnesses: [], shown: 0 } : await witnessesOf(database, where, columns)),
    });
  }
  return result;
}

function toFinding(name: string, group: Group, judged: { breaks: boolean; message: string; asked?: 'primary' | 'replica' }): Finding {
  return {
    class: name,
    count: group.count,
    ...judged,
    ...(group.root === undefined ? {} : { root: group.root }),
    ...(group.copy === undefined ? {} : { copy: group.copy }),
    ...(group.site === undefined ? {} : { site: group.site }),
    ...(group.phase === undefined ? {} : { phase: group.phase }),
    ...(group.worst === null ? {} : { worst: group.worst }),
    ...(group.shown === 0 ? {} : { shown: group.shown }),
    witnesses: group.witnesses,
  };
}

function literal(value: Value | undefined): string {
  return value === null || value === undefined ? 'NULL' : quoted(String(value));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
