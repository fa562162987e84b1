import type pg from 'pg';
import type { Plan } from '../plan.ts';
import { PUBLISHED_AND_KIN } from './publications.ts';

/** What a guard has to fire for, by the bits of pg_trigger.tgtype. */
const OPERATIONS = { INSERT: 4, DELETE: 8, UPDATE: 16, TRUNCATE: 32 } as const;

/** Published tables of a site that take writes while it is fenced, as people are told. */
export async function guardProblems(name: string, client: pg.Client, plan: Plan): Promise<string[]> {
  const unguarded = await unguardedTables(client, plan);
  if (unguarded.length === 0) return [];
  return [
    `site ${name}: expected the guard on every published table, it is missing at ${unguarded.join(', ')}: whoever writes there passes the fence; see "holdfast schema --one-writer"`,
  ];
}

/**
 * Published tables that take writes while the site is fenced: those without a trigger that fires before each of the four operations, with no
 * condition and for every role, and that asks the table "writer" and its gate.
 */
async function unguardedTables(client: pg.Client, { publication }: Plan): Promise<string[]> {
  const { rows } = await client.query<{ table: string; types: number[] }>(
    `WITH ${PUBLISHED_AND_KIN}
     SELECT w.oid::regclass::text AS "table",
       coalesce(array_agg(g.tgtype::integer) FILTER (WHERE g.tgtype IS NOT NULL), '{}') AS types
     FROM kin w LEFT JOIN (
       SELECT tgrelid, tgtype FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
       WHERE NOT tgisinternal AND tgenabled = 'O' AND tgqual IS NULL AND cardinality(tgattr::smallint[]) = 0
         AND tgtype & 2 <> 0 AND f.prosrc ~* '\\mwriter\\M'
         AND (EXISTS (SELECT FROM unnest(f.proconfig) AS setting WHERE setting LIKE 'search_path=%') OR f.prosrc ~* '\\."?writer\\M')
         AND f.prosrc ~* '\\mwritable\\M' AND f.prosrc ~* '\\mwriter_gate\\M'
         AND EXISTS (SELECT FROM pg_trigger m WHERE m.tgrelid = to_regclass('writer') AND m.tgname = 'moves_the_gate' AND m.tgenabled = 'A')) g ON g.tgrelid = w.oid
     GROUP BY w.oid ORDER BY 1`,
    [publication],
  );
  return rows.flatMap(({ table, types }) => {
    const open = Object.entries(OPERATIONS).flatMap(([operation, bit]) => (types.some((type) => (type & bit) !== 0) ? [] : [operation]));
    return open.length === 0 ? [] : [`${table} (${open.join(', ')})`];
  });
}
