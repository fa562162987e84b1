/** Tables that one site's database sends to the other's. */
export const REPLICATED = ['terms', 'horizon', 'changes', 'jobs', 'completions', 'projects', 'markers'] as const;

/**
 * What a database needs beside the schema to be one of two of which one writes: the guard that refuses writes where they are not to be, a
 * way to name rows of tables without a key, and the publication. May be applied again at any time, by a superuser.
 * What a subscription brings passes the guard: its workers run as a replica, for which ordinary triggers do not fire.
 */
export function oneWriterSql(publication: string): string {
  const guards = REPLICATED.map(
    (table) => `
CREATE OR REPLACE TRIGGER only_at_the_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table}
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_unless_writer();`,
  );
  return `
CREATE OR REPLACE FUNCTION refuse_unless_writer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (SELECT writable FROM writer) THEN
    RAISE EXCEPTION 'this site takes no writes now: the other one does' USING ERRCODE = 'read_only_sql_transaction';
  END IF;
  RETURN NULL;
END
$$;
-- Nobody's own table of that name is asked in its place.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION refuse_unless_writer() SET search_path = pg_catalog, %s, pg_temp',
    (SELECT quote_ident(nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = 'writer'::regclass));
END
$$;
${guards.join('')}
DO $$
BEGIN
  IF (SELECT writable FROM writer) THEN
    INSERT INTO terms (epoch, system) SELECT epoch, system_identifier::text FROM writer, pg_control_system() ON CONFLICT DO NOTHING;
  END IF;
END
$$;
ALTER TABLE completions REPLICA IDENTITY FULL;
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = '${publication}') THEN
    CREATE PUBLICATION "${publication}" FOR TABLE ${REPLICATED.join(', ')};
  END IF;
END
$$;
`;
}
