import type pg from 'pg';
import { createWriteStream, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { HoldfastError } from '../support/errors.ts';
import { openDraft } from '../support/files.ts';
import { one, quoted } from './database.ts';
import type { Plan } from './plan.ts';

/** Rows, by a hash of what is in them, with how often one site has them more than the other. */
export type Surplus = Map<string, number>;

/** How two copies of a table differ. */
export interface Difference {
  table: string;
  onlyHere: Surplus;
  onlyThere: Surplus;
}

/** Comparisons after which a difference is none of what is under way. */
const LOOKS = 4;
const BUCKETS = 1024;
/** Rows that are fetched at a time. */
const BATCH = 1000;
/** A row as both sites write it, and its place among the buckets. */
const ROW = 'md5(t::text)';
const BUCKET = `(hashtextextended(t::text, 0) & ${BUCKETS - 1})::integer`;

/** A table that is published. */
export interface Table {
  schema: string;
  name: string;
  /** as SQL takes it */
  sql: string;
  /** the platform's word on how far lists may go: written anew every second, and nobody's data */
  passing: boolean;
}

/** The tables of a publication. */
export async function publishedTables(client: pg.Client, { publication }: Pick<Plan, 'publication'>): Promise<Table[]> {
  const { rows } = await client.query<Omit<Table, 'sql'>>(
    `SELECT schemaname AS schema, tablename AS name,
       coalesce(to_regclass(format('%I.%I', schemaname, tablename)) = to_regclass('horizon'), false) AS passing
     FROM pg_publication_tables WHERE pubname = $1 ORDER BY 1, 2`,
    [publication],
  );
  if (rows.length === 0) throw new HoldfastError(`publication "${publication}": expected tables, it has none`);
  return rows.map((table) => ({ ...table, sql: `${quoted(table.schema)}.${quoted(table.name)}` }));
}

/** Compares every published table as both sites have it now; a HoldfastError where a table is not the same kind of table. Empty: they are equal. */
export async function differences(here: pg.Client, there: pg.Client, plan: Pick<Plan, 'publication'>): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const { sql: table, passing } of await publishedTables(there, plan)) {
    if (passing) continue;
    await requireSameColumns(here, there, table);
    const [onlyHere, onlyThere] = await Promise.all([surplus(here, there, table), surplus(there, here, table)]);
    if (onlyHere.size + onlyThere.size > 0) found.push({ table, onlyHere, onlyThere });
  }
  return found;
}

/**
 * What differs in every one of several looks at two sites, between which the follower has caught up with what the writer had: while the platform
 * writes, a follower is always a little behind. Empty: they are equal in what was there at the first look.
 */
export async function lastingDifferences(
  there: pg.Client,
  here: pg.Client,
  plan: Pick<Plan, 'publication'>,
  caughtUp: (lsn: string) => Promise<unknown>,
): Promise<Difference[]> {
  let left = await differences(here, there, plan);
  for (let look = 1; look < LOOKS && left.length > 0; look += 1) {
    const { lsn } = await one<{ lsn: string }>(there, 'SELECT pg_current_wal_flush_lsn()::text AS lsn');
    await caughtUp(lsn);
    left = lasting(left, await differences(here, there, plan));
  }
  return left;
}

/** A difference as people are told. */
export function inWords({ table, onlyHere, onlyThere }: Difference): string {
  return `${table}: ${rowsIn(onlyThere)} rows are missing, ${rowsIn(onlyHere)} are there alone`;
}

/** What is different in both of two looks: what was under way in one is not in the other. */
export function lasting(earlier: readonly Difference[], later: readonly Difference[]): Difference[] {
  return later.flatMap(({ table, ...now }) => {
    const before = earlier.find((one) => one.table === table);
    if (before === undefined) return [];
    const onlyHere = common(before.onlyHere, now.onlyHere);
    const onlyThere = common(before.onlyThere, now.onlyThere);
    return onlyHere.size + onlyThere.size > 0 ? [{ table, onlyHere, onlyThere }] : [];
  });
}

/** Rows of a surplus, each as often as it is too many. */
export function rowsIn(surplus: Surplus): number {
  return [...surplus.values()].reduce((sum, times) => sum + times, 0);
}

/** Rows that only one site had, and where they are now. */
export interface Kept {
  rows: number;
  tables: string[];
  files: string[];
}

/** Writes the rows that only `here` has to a file for each table; how many there were, by table. */
export async function keepOwnRows(
  here: pg.Client,
  there: pg.Client,
  { plan, folder }: { plan: Pick<Plan, 'publication'>; folder: string },
): Promise<Kept> {
  let rows = 0;
  const files: string[] = [];
  const tables: string[] = [];
  for (const { table, onlyHere } of await differences(here, there, plan)) {
    if (onlyHere.size === 0) continue;
    tables.push(table);
    const file = newFileOf(folder, table);
    await writeRows(here, table, { hashes: onlyHere, file });
    rows += rowsIn(onlyHere);
    files.push(file);
  }
  return { rows, tables, files };
}

function common(some: Surplus, others: Surplus): Surplus {
  const shared = [...some].flatMap(([hash, times]): [string, number][] => {
    const both = Math.min(times, others.get(hash) ?? 0);
    return both > 0 ? [[hash, both]] : [];
  });
  return new Map(shared);
}

/** Rows that `here` has more often than `there`; only buckets whose sums differ are looked into. */
async function surplus(here: pg.Client, there: pg.Client, table: string): Promise<Surplus> {
  const [own, other] = await Promise.all([bucketsOf(here, table), bucketsOf(there, table)]);
  const different = [...own].filter(([bucket, sum]) => other.get(bucket) !== sum).map(([bucket]) => bucket);
  if (different.length === 0) return new Map();
  const [mine, theirs] = await Promise.all([hashesOf(here, table, different), hashesOf(there, table, different)]);
  const more = [...mine].flatMap(([hash, times]): [string, number][] => {
    const rest = times - (theirs.get(hash) ?? 0);
    return rest > 0 ? [[hash, rest]] : [];
  });
  return new Map(more);
}

async function bucketsOf(client: pg.Client, table: string): Promise<Map<number, string>> {
  const { rows } = await client.query<{ bucket: number; sum: string }>(
    `SELECT ${BUCKET} AS bucket, count(*) || ' ' || sum(hashtextextended(t::text, 1)::numeric) AS sum FROM ${table} t GROUP BY 1`,
  );
  return new Map(rows.map(({ bucket, sum }) => [bucket, sum]));
}

async function hashesOf(client: pg.Client, table: string, buckets: readonly number[]): Promise<Surplus> {
  const { rows } = await client.query<{ hash: string; times: string }>(
    `SELECT ${ROW} AS hash, count(*) AS times FROM ${table} t WHERE ${BUCKET} = ANY ($1) GROUP BY 1`,
    [buckets],
  );
  return new Map(rows.map(({ hash, times }) => [hash, Number(times)]));
}

/* Each table has a file of its own, whatever its name; what an earlier try wrote stays. */
function newFileOf(folder: string, table: string): string {
  const name = /^"\w+"\."\w+"$/u.test(table) ? table.replaceAll('"', '') : encodeURIComponent(table);
  const taken = existsSync(folder) ? readdirSync(folder).filter((file) => file.startsWith(`${name}.`)).length : 0;
  return join(folder, taken === 0 ? `${name}.jsonl` : `${name}.${taken + 1}.jsonl`);
}

async function writeRows(client: pg.Client, table: string, { hashes, file }: { hashes: Surplus; file: string }): Promise<void> {
  mkdirSync(join(file, '..'), { recursive: true });
  // on the disk before the table is emptied
  const out = createWriteStream(file, { fd: openDraft(file, 0o600), flush: true });
  const left = new Map(hashes);
  const all = [...hashes.keys()];
  for (let from = 0; from < all.length; from += BATCH) {
    const { rows } = await client.query<{ hash: string; row: string }>(
      `SELECT ${ROW} AS hash, to_json(t)::text AS row FROM ${table} t WHERE ${ROW} = ANY ($1)`,
      [all.slice(from, from + BATCH)],
    );
    for (const { hash, row } of rows) {
      const more = left.get(hash) ?? 0;
      left.set(hash, more - 1);
      if (more > 0 && !out.write(`${row}\n`)) await once(out, 'drain');
    }
  }
  out.end();
  await once(out, 'close');
}

async function requireSameColumns(here: pg.Client, there: pg.Client, table: string): Promise<void> {
  const [own, other] = await Promise.all([columnsOf(here, table), columnsOf(there, table)]);
  if (own !== other)
    throw new HoldfastError(
      `table ${table}: expected the same columns at both sites, got (${own}) and (${other || 'no such table'}): apply the schema change where it is missing`,
    );
}

async function columnsOf(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ columns: string | null }>(
    `SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod),
         CASE WHEN attgenerated <> '' THEN 'generated as ' || pg_get_expr(adbin, adrelid) END), ', ' ORDER BY attnum) AS columns
     FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  return rows[0]?.columns ?? '';
}
