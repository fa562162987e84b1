import type { TestServer } from '../../platform/postgres.fixture.ts';

/** What belongs to the user of a server, line by line; what the runbooks have to change is left out. */
export async function ownOf(server: TestServer): Promise<string[]> {
  const lines = await server.sql<{ line: string | null }>(OWN);
  return lines.flatMap(({ line }) => (line === null ? [] : [line]));
}

/** Lines that went and lines that came. What came from the platform's schema is the same before. */
export function changes(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `gone: ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `new: ${line}`),
  ];
}

/** A name in synchronous_standby_names is the runbooks' own if it is the subscription's; the rest is compared, quotes and counts aside. Where nothing else is in it there is no line. */
const OWN = `
SELECT 'setting of role ' || coalesce(r.rolname, 'all') || ': ' || s AS line
  FROM pg_db_role_setting d LEFT JOIN pg_roles r ON r.oid = d.setrole, unnest(setconfig) s
  WHERE s NOT LIKE 'default_transaction_read_only=%' OR r.rolname IS DISTINCT FROM 'app'
UNION ALL SELECT 'setting: ' || name || ' = ' || CASE name WHEN 'synchronous_standby_names'
    THEN (SELECT string_agg(m[1], ',' ORDER BY m[1]) FROM regexp_matches(setting, '([a-z][a-z_]+)', 'g') m WHERE m[1] NOT IN ('mintpress'))
    ELSE setting END
  FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf' AND applied
UNION ALL SELECT 'sequence: ' || sequencename || ' at ' || coalesce(last_value::text, 'its start') FROM pg_sequences WHERE sequencename LIKE 'unpublished%'
UNION ALL SELECT 'publication: ' || row_to_json(p)::text FROM (SELECT pubname, puballtables, pubinsert, pubupdate, pubdelete, pubtruncate FROM pg_publication) p
UNION ALL SELECT 'published: ' || row_to_json(t)::text FROM pg_publication_tables t
UNION ALL SELECT 'subscription: ' || subname FROM pg_subscription WHERE subname <> 'mintpress'
UNION ALL SELECT 'slot: ' || slot_name FROM pg_replication_slots WHERE slot_name <> 'mintpress' AND slot_name NOT LIKE 'pg\\_%\\_sync\\_%'
UNION ALL SELECT 'trigger: ' || tgrelid::regclass || ' ' || tgname || ' ' || tgenabled FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'role: ' || rolname || ' ' || rolsuper || rolreplication || rolcanlogin FROM pg_roles
  WHERE rolname !~ '^(pg_|holdfast|mintpress)'
UNION ALL SELECT 'table: ' || c.oid::regclass || ' ' || c.relpersistence::text FROM pg_class c
  WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
UNION ALL SELECT 'constraint: ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace`;
