import type pg from 'pg';
import { literal } from '../database.ts';
import type { Plan } from '../plan.ts';

/** How consent to leaving large objects behind is said. */
export const LARGE_OBJECTS = 'large-objects';

/**
 * What the platform may have stored at the writing site that logical replication does not bring to the other one: large objects, unlogged tables
 * and tables that are not published. By name, each only where there is something in it.
 */
export async function notCarried(client: pg.Client, { publication, role }: Plan): Promise<string[]> {
  const { rows } = await client.query<{ name: string; sql: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, c.oid::regclass::text AS sql
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'
       AND c.oid IS DISTINCT FROM to_regclass('writer')
       AND NOT EXISTS (SELECT FROM pg_publication_tables p WHERE p.pubname = $1 AND to_regclass(format('%I.%I', p.schemaname, p.tablename)) IN (
         SELECT c.oid UNION SELECT relid FROM pg_partition_ancestors(c.oid)))
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
       AND (c.relpersistence = 'u' OR has_table_privilege(${literal(role)}, c.oid, 'INSERT') OR has_table_privilege(${literal(role)}, c.oid, 'UPDATE'))
     ORDER BY 1`,
    [publication],
  );
  const found: string[] = [];
  const { rows: objects } = await client.query('SELECT FROM pg_largeobject_metadata LIMIT 1');
  if (objects.length > 0) found.push(LARGE_OBJECTS);
  for (const { name, sql } of rows) {
    const { rows: some } = await client.query(`SELECT FROM ${sql} LIMIT 1`);
    if (some.length > 0) found.push(name);
  }
  return found;
}

/** Whether consent names a thing; a table of the schema "public" may be named without it, and a plain name without its quotes. */
export function isNamed(name: string, consent: ReadonlySet<string>): boolean {
  const plain = /^"?[\w]+"?(\."?[\w]+"?)?$/u.test(name) ? name.replaceAll('"', '') : name;
  return [name, plain].some((one) => consent.has(one) || (one.startsWith('public.') && consent.has(one.slice('public.'.length))));
}
