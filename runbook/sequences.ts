import type pg from 'pg';
import { one } from './database.ts';
import type { Plan } from './plan.ts';
import { PUBLISHED_AND_KIN } from './preflight/publications.ts';

/** A sequence of a database, and what uses it. */
export interface Sequence {
  /** as SQL takes it */
  name: string;
  increment: bigint;
  least: bigint;
  most: bigint;
  cycles: boolean;
  /** the last number that it gave; undefined: none yet */
  last?: bigint;
  start: bigint;
  /** columns that are filled from it, as SQL takes them */
  columns: { table: string; column: string; isNumber: boolean; isPublished: boolean }[];
}

/** What became of the sequences of a site. */
export interface Moved {
  moved: number;
  /** those with less room than the gap, with what they skip instead */
  shortened: string[];
  /** those that have given their last number: whatever takes one of them fails, as it did at the old writer */
  atTheirEnd: string[];
  /** those that fill no column that tells how far they were, where the old writer could not be asked */
  untold: string[];
}

/** Types whose greatest value an index tells, and which are numbers. */
const NUMBERS = `'smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'money'`;

/**
 * Sequences with the columns that they fill: as their owners, or through a default. Logical replication carries the rows, and leaves the sequences
 * where they are. Those of temporary tables are other sessions', and those of tables that are not published fill rows of their own site.
 */
const ALL = `
  WITH ${PUBLISHED_AND_KIN}, uses AS (
    SELECT d.objid AS sequence, d.refobjid AS "table", d.refobjsubid AS attnum FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
    UNION
    SELECT d.refobjid, f.adrelid, f.adnum FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
  )
  SELECT format('%I.%I', n.nspname, s.relname) AS name, q.seqincrement::text AS increment, q.seqmin::text AS least, q.seqmax::text AS most,
    q.seqstart::text AS start, q.seqcycle AS cycles,
    coalesce(json_agg(json_build_object('table', format('%I.%I', tn.nspname, t.relname), 'column', quote_ident(a.attname),
      'isNumber', coalesce(nullif(ty.typbasetype, 0), ty.oid)::regtype::text IN (${NUMBERS}),
      'isPublished', t.oid IN (SELECT oid FROM kin))) FILTER (WHERE t.oid IS NOT NULL), '[]') AS columns
  FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace JOIN pg_sequence q ON q.seqrelid = s.oid
  LEFT JOIN uses u ON u.sequence = s.oid
  LEFT JOIN pg_class t ON t.oid = u."table" AND t.relkind IN ('r', 'p')
  LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
  LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.attnum AND NOT a.attisdropped
  LEFT JOIN pg_type ty ON ty.oid = a.atttypid
  WHERE s.relkind = 'S' AND s.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = s.oid AND e.deptype = 'e')
  GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1`;

/** The sequences of a database that fill published tables, and those of which nothing tells what they fill. */
export async function sequencesOf(client: pg.Client, { publication }: Pick<Plan, 'publication'>): Promise<Sequence[]> {
  const { rows } = await client.query<
    Record<'name' | 'increment' | 'least' | 'most' | 'start', string> & Pick<Sequence, 'cycles' | 'columns'>
  >(ALL, [publication]);
  const found: Sequence[] = [];
  for (const { name, cycles, columns, ...numbers } of rows) {
    if (columns.length > 0 && !columns.some(({ isPublished }) => isPublished)) continue;
    const { last, called } = await one<{ last: string; called: boolean }>(
      client,
      `SELECT last_value AS last, is_called AS called FROM ${name}`,
    );
    found.push({
      name,
      cycles,
      columns,
      increment: BigInt(numbers.increment),
      least: BigInt(numbers.least),
      most: BigInt(numbers.most),
      start: BigInt(numbers.start),
      ...(called ? { last: BigInt(last) } : {}),
    });
  }
  return found;
}

/** How far the sequences of a site were, by name: the last number that each gave. */
export async function sequencePositions(client: pg.Client, plan: Pick<Plan, 'publication'>): Promise<Record<string, string>> {
  const found = await sequencesOf(client, plan);
  return Object.fromEntries(found.flatMap(({ name, last }) => (last === undefined ? [] : [[name, String(last)]])));
}

/**
 * Moves each of them beyond the numbers that its columns have and that the old writer gave out, and by the plan's gap more, or as far as there is
 * room; one that is beyond already stays. `positions`: of the old writer, where it could be asked.
 */
export async function advanceSequences(
  client: pg.Client,
  plan: Pick<Plan, 'publication' | 'sequenceGap'>,
  positions?: Readonly<Record<string, string>>,
): Promise<Moved> {
  const gap = BigInt(plan.sequenceGap);
  const result: Moved = { moved: 0, shortened: [], atTheirEnd: [], untold: [] };
  for (const sequence of await sequencesOf(client, plan)) {
    const used = await outermost(client, sequence);
    const known = positions?.[sequence.name];
    const from = further(sequence, used, known === undefined ? undefined : BigInt(known));
    if (from === undefined) {
      // an empty column tells that no number was taken
      if (positions === undefined && sequence.columns.every(({ isNumber }) => !isNumber)) result.untold.push(sequence.name);
      continue;
    }
    const target = beyond(sequence, from, gap);
    if (target.isAtEnd) result.atTheirEnd.push(sequence.name);
    else if (target.skipped < gap) result.shortened.push(`${sequence.name} by ${target.skipped}`);
    if (sequence.last !== undefined && !isFurther(sequence, target.last, sequence.last)) continue;
    await client.query('SELECT setval($1::regclass, $2::bigint)', [sequence.name, String(target.last)]);
    result.moved += 1;
  }
  return result;
}

/** Where a sequence goes that has given `from`: so many numbers further, or half of what is left, so that there are some to give. */
export function beyond(
  { increment, least, most, cycles }: Pick<Sequence, 'increment' | 'least' | 'most' | 'cycles'>,
  from: bigint,
  gap: bigint,
): { last: bigint; skipped: bigint; isAtEnd: boolean } {
  const isDown = increment < 0n;
  // numbers of rows that the sequence did not give may be outside of it
  const inside = from < least ? least : from > most ? most : from;
  const room = (isDown ? inside - least : most - inside) / (isDown ? -increment : increment);
  const skipped = room >= 2n * gap ? gap : room / 2n;
  return { last: inside + skipped * increment, skipped, isAtEnd: room === 0n && !cycles };
}

function isFurther({ increment }: Pick<Sequence, 'increment'>, one: bigint, other: bigint): boolean {
  return increment < 0n ? one < other : one > other;
}

function further(sequence: Sequence, one: bigint | undefined, other: bigint | undefined): bigint | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return isFurther(sequence, one, other) ? one : other;
}

/** The furthest number in the columns of a sequence; of a text those count that are a number as a whole. */
async function outermost(client: pg.Client, sequence: Sequence): Promise<bigint | undefined> {
  const end = sequence.increment < 0n ? 'min' : 'max';
  let found: bigint | undefined;
  for (const { table, column, isNumber } of sequence.columns) {
    // of the bare column an index tells: nobody writes meanwhile
    const furthest = isNumber
      ? `trunc(${end}(${column})::numeric)`
      : `${end}(CASE WHEN ${column}::text ~ '^-?[0-9]{1,18}$' THEN ${column}::text::numeric END)`;
    const { number } = await one<{ number: string | null }>(client, `SELECT ${furthest}::text AS number FROM ${table}`);
    if (number !== null && /^-?\d+$/.test(number)) found = further(sequence, found, BigInt(number));
  }
  return found;
}
