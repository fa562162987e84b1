import type pg from 'pg';
import type { Plan } from '../plan.ts';

/** What a guard has to fire for, by the bits of pg_trigger.tgtype. */
const OPERATIONS = { INSERT: 4, DELETE: 8, UPDATE: 16, TRUNCATE: 32 } as const;

/**
 * Published tables that take writes while the site is fenced: those without a trigger that fires before each of the four operations, with no
 * condition and for every role, and that asks the table "writer". Partitions are tables that may be written to by themselves.
 */
export async function unguardedTables(client: pg.Client, { publication }: Plan): Promise<string[]> {
  const { rows } = await client.query<{ table: string; types: number[] }>(
    `WITH published AS (SELECT to_regclass(format('%I.%I', schemaname, tablename)) AS oid FROM pg_publication_tables WHERE pubname = $1),
       written AS (
         SELECT oid FROM published
         UNION SELECT t.relid FROM published p, pg_partition_tree(p.oid) t
         UNION SELECT a.relid FROM published p, pg_partition_ancestors(p.oid) a WHERE a.relid IS NOT NULL)
     SELECT w.oid::regclass::text AS "table",
       coalesce(array_agg(g.tgtype::integer) FILTER (WHERE g.tgtype IS NOT NULL), '{}') AS types
     FROM written w LEFT JOIN (
       SELECT tgrelid, tgtype FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
       WHERE NOT tgisinternal AND tgenabled = 'O' AND tgqual IS NULL AND cardinality(tgattr::smallint[]) = 0
         AND tgtype & 2 <> 0 AND f.prosrc ~* '\\mwriter\\M'
         AND (EXISTS (SELECT FROM unnest(f.proconfig) AS setting WHERE setting LIKE 'search_path=%') OR f.prosrc ~* '\\."?writer\\M') AND f.prosrc ~* '\\mwritable\\M') g ON g.tgrelid = w.oid
     GROUP BY w.oid ORDER BY 1`,
    [publication],
  );
  return rows.flatMap(({ table, types }) => {
    const open = Object.entries(OPERATIONS).flatMap(([operation, bit]) => (types.some((type) => (type & bit) !== 0) ? [] : [operation]));
    return open.length === 0 ? [] : [`${table} (${open.join(', ')})`];
  });
}
