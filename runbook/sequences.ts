import type pg from 'pg';
import { one } from './database.ts';

interface Sequence {
  sequence: string;
  table: string;
  column: string;
  increment: string;
}

/** Sequences that fill a column, with the column. Logical replication carries the rows, and leaves the sequences where they are. */
const OWNED = `SELECT s.oid::regclass::text AS sequence, t.oid::regclass::text AS "table", quote_ident(a.attname) AS "column", q.seqincrement::text AS increment
  FROM pg_class s JOIN pg_sequence q ON q.seqrelid = s.oid
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
  JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
  ORDER BY 1`;

/** Moves every sequence beyond the numbers that its column has, and by so many more; one that is beyond already stays. How many were moved. */
export async function advanceSequences(client: pg.Client, gap: number): Promise<number> {
  const { rows } = await client.query<Sequence>(OWNED);
  let moved = 0;
  for (const { sequence, table, column, increment } of rows) {
    const outermost = increment.startsWith('-') ? 'min' : 'max';
    const beyond = `(SELECT ${outermost}(${column})::bigint FROM ${table}) + ${gap}::bigint * ${increment}`;
    const isBehind = increment.startsWith('-') ? '>' : '<';
    const { advanced } = await one<{ advanced: boolean | null }>(
      client,
      `SELECT CASE WHEN (SELECT last_value FROM ${sequence}) ${isBehind} ${beyond} THEN setval('${sequence.replaceAll("'", "''")}', ${beyond}) IS NOT NULL END AS advanced`,
    );
    if (advanced === true) moved += 1;
  }
  return moved;
}
