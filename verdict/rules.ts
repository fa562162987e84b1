import { FINDING_CLASSES, type FindingClass } from '../record/format.ts';
import type { Finding } from '../record/verdict-format.ts';
import { quoted, sqlFile, type Database, type Row } from './database.ts';
import { describe, type Group } from './messages.ts';
import type { RecordFolder } from '../record/reader.ts';

/** Most witnesses that a finding shows. */
const WITNESSES = 20;

/** Runs every rule of rules/ and turns what it returns into findings, in a fixed order. */
export async function runRules(database: Database, record: RecordFolder): Promise<Finding[]> {
  const findings: Finding[] = [];
  const facts = await database.row(`
    SELECT (SELECT count(*) FROM elements WHERE fate = 'acknowledged') AS acknowledged, ends, lines, stated, usable, truth.copy AS truth
    FROM history_state CROSS JOIN truth`);
  for (const name of FINDING_CLASSES) {
    for (const group of await groupsOf(database, name)) {
      findings.push(toFinding(name, group, describe(name, { group, facts, run: record.run })));
    }
  }
  return findings;
}

async function groupsOf(database: Database, name: FindingClass): Promise<Group[]> {
  const hits = await database.change(`CREATE OR REPLACE TEMP TABLE hits AS ${sqlFile(`rules/${name}.sql`)}`);
  if (hits === 0) return [];
  const columns = (await database.rows('DESCRIBE hits')).map((column) => String(column.column_name));
  // each reason for a vacuous record is a finding of its own
  const key = name === 'vacuous' ? 'message' : 'scope';
  const single = ['copy', 'site', 'phase'].filter((column) => columns.includes(column));
  const groups = await database.rows(`
    SELECT h.${key} AS key, min(h.scope) AS first_scope, count(*) AS count, max(worst) AS worst,
      ${single.map((column) => `CASE WHEN count(h.${column}) = count(*) AND min(h.${column}) = max(h.${column}) THEN min(h.${column}) END AS ${column},`).join(' ')}
    FROM hits AS h GROUP BY h.${key} ORDER BY first_scope, key`);
  const result: Group[] = [];
  for (const group of groups) {
    const witnesses = name === 'vacuous' ? [] : await witnessesOf(database, `${key} = ${quoted(String(group.key))}`, columns);
    result.push({
      key: String(group.key),
      scope: String(group.first_scope),
      count: Number(group.count),
      worst: typeof group.worst === 'number' ? group.worst : null,
      copy: textOf(group.copy),
      site: textOf(group.site),
      phase: textOf(group.phase),
      witnesses: witnesses.map(withoutNulls),
    });
  }
  return result;
}

/** The earliest rows of a group; rows about an element in a final state get the call that added it. */
async function witnessesOf(database: Database, where: string, columns: string[]): Promise<Row[]> {
  const shown = columns.filter((column) => !['scope', 'worst', 'message'].includes(column));
  const order = ['start', 'end', 'id', ...shown].filter((column) => shown.includes(column)).map((column) => `"${column}" NULLS LAST`);
  const first = `SELECT ${shown.map((column) => `"${column}"`).join(', ')} FROM hits WHERE ${where} ORDER BY ${order.join(', ')} LIMIT ${WITNESSES}`;
  if (columns.includes('op') || !columns.includes('fate')) return database.rows(first);
  return database.rows(`
    SELECT h.*, o.op, o."end", o.client, o.outcome, o.site, o.pod, o.copy AS served, o.status
    FROM (${first}) AS h LEFT JOIN ops AS o ON o.op = 'add' AND o.id = h.id AND o.start = h.start
    QUALIFY row_number() OVER (PARTITION BY h.id, h.start ORDER BY o."end", o.client, o.site, o.pod, o.copy) = 1
    ORDER BY ${order.map((column) => `h.${column}`).join(', ')}`);
}

function toFinding(name: string, group: Group, { breaks, message }: { breaks: boolean; message: string }): Finding {
  return {
    class: name,
    count: group.count,
    breaks,
    message,
    ...(group.copy === undefined ? {} : { copy: group.copy }),
    ...(group.site === undefined ? {} : { site: group.site }),
    ...(group.phase === undefined ? {} : { phase: group.phase }),
    witnesses: group.witnesses,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function withoutNulls(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
