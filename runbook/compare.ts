import type pg from 'pg';
import { createWriteStream, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { HoldfastError } from '../support/errors.ts';
import { quoted } from './database.ts';
import type { Plan } from './plan.ts';

/** Rows, by a hash of what is in them, with how often one site has them more than the other. */
export type Surplus = Map<string, number>;

/** How two copies of a table differ. */
export interface Difference {
  table: string;
  onlyHere: Surplus;
  onlyThere: Surplus;
}

/** The platform's word on how far lists may go: written anew every second, and nobody's data. */
const PASSING = '."horizon"';
const BUCKETS = 1024;
/** Rows that are fetched at a time. */
const BATCH = 1000;
/** A row as both sites write it, and its place among the buckets. */
const ROW = 'md5(t::text)';
const BUCKET = `(hashtextextended(t::text, 0) & ${BUCKETS - 1})::integer`;

/** The tables of a publication, schema and all. */
export async function publishedTables(client: pg.Client, { publication }: Pick<Plan, 'publication'>): Promise<string[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    'SELECT schemaname AS schema, tablename AS name FROM pg_publication_tables WHERE pubname = $1 ORDER BY 1, 2',
    [publication],
  );
  if (rows.length === 0) throw new HoldfastError(`publication "${publication}": expected tables, it has none`);
  return rows.map(({ schema, name }) => `${quoted(schema)}.${quoted(name)}`);
}

/** Compares every published table as both sites have it now; a HoldfastError where a table is not the same kind of table. Empty: they are equal. */
export async function differences(here: pg.Client, there: pg.Client, plan: Pick<Plan, 'publication'>): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const table of await publishedTables(there, plan)) {
    if (table.endsWith(PASSING)) continue;
    await requireSameColumns(here, there, table);
    const [onlyHere, onlyThere] = await Promise.all([surplus(here, there, table), surplus(there, here, table)]);
    if (onlyHere.size + onlyThere.size > 0) found.push({ table, onlyHere, onlyThere });
  }
  return found;
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

/** Writes the rows that only `here` has to a file for each table; how many there were, by table. */
export async function keepOwnRows(
  here: pg.Client,
  there: pg.Client,
  { plan, folder }: { plan: Pick<Plan, 'publication'>; folder: string },
): Promise<{ rows: number; files: string[] }> {
  let rows = 0;
  const files: string[] = [];
  for (const { table, onlyHere } of await differences(here, there, plan)) {
    if (onlyHere.size === 0) continue;
    const file = join(folder, `${table.replaceAll(/[^\w.]/g, '')}.jsonl`);
    await writeRows(here, table, { hashes: onlyHere, file });
    rows += rowsIn(onlyHere);
    files.push(file);
  }
  return { rows, files };
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

async function writeRows(client: pg.Client, table: string, { hashes, file }: { hashes: Surplus; file: string }): Promise<void> {
  mkdirSync(join(file, '..'), { recursive: true });
  const out = createWriteStream(file, { mode: 0o600 });
  const left = new Map(hashes);
  const all = [...hashes.keys()];
  for (let from = 0; from < all.length; from += BATCH) {
    const { rows } = await client.query<{ hash: string; row: object }>(
      `SELECT ${ROW} AS hash, to_json(t) AS row FROM ${table} t WHERE ${ROW} = ANY ($1)`,
      [all.slice(from, from + BATCH)],
    );
    for (const { hash, row } of rows) {
      const more = left.get(hash) ?? 0;
      left.set(hash, more - 1);
      if (more > 0 && !out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain');
    }
  }
  out.end();
  await once(out, 'close');
}

async function requireSameColumns(here: pg.Client, there: pg.Client, table: string): Promise<void> {
  const [own, other] = await Promise.all([columnsOf(here, table), columnsOf(there, table)]);
  if (own !== other)
    throw new HoldfastError(
      `table ${table}: expected the same columns at both sites, came (${own}) and (${other || 'no such table'}): apply the schema change where it is missing`,
    );
}

async function columnsOf(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ columns: string | null }>(
    `SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) AS columns
     FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  return rows[0]?.columns ?? '';
}
