/** Tables that one site's database sends to the other's. */
export const REPLICATED = ['terms', 'horizon', 'changes', 'jobs', 'completions', 'projects', 'markers'] as const;

/**
 * What a database needs beside the schema to be one of two of which one writes: the guard that refuses writes where they are not to be, a
 * way to name rows of tables without a key, and the publication. May be applied again at any time, by a superuser.
 * What a subscription brings passes the guard: its workers run as a replica, for which ordinary triggers do not fire.
 * A transaction sees the table "writer" by its snapshot, which may be one of before, its own or one that another exported. The sequence
 * "writer_gate" is as it is now for everybody, and goes with the table: 1 is open, 0 is closed.
 */
export function oneWriterSql(publication: string): string {
  const guards = REPLICATED.map(
    (table) => `
CREATE OR REPLACE TRIGGER only_at_the_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table}
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_unless_writer();`,
  );
  return `
DO $one_writer$
DECLARE
  place text;
  owner text;
BEGIN
  SELECT quote_ident(nspname), quote_ident(rolname) INTO STRICT place, owner
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE c.oid = 'writer'::regclass;
  IF to_regclass(place || '.writer_gate') IS NULL THEN
    EXECUTE format('CREATE SEQUENCE %s.writer_gate AS smallint MINVALUE 0 MAXVALUE 1', place);
    EXECUTE format('ALTER SEQUENCE %s.writer_gate OWNER TO %s', place, owner);
    EXECUTE format('ALTER SEQUENCE %1$s.writer_gate OWNED BY %1$s.writer.writable', place);
    EXECUTE format('SELECT setval(%L, writable::integer) FROM %s.writer', place || '.writer_gate', place);
  END IF;
  -- They run as their owner, and name what they ask: no role needs rights to it, and nobody's own table of that name is asked in its place.
  EXECUTE format($function$
CREATE OR REPLACE FUNCTION refuse_unless_writer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (SELECT writable AND last_value = 1 FROM %1$s.writer, %1$s.writer_gate) IS NOT TRUE THEN
    RAISE EXCEPTION 'this site takes no writes now: the other one does' USING ERRCODE = 'read_only_sql_transaction';
  END IF;
  RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION move_writer_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM setval('%1$s.writer_gate', NEW.writable::integer);
  RETURN NULL;
END
$$$function$, place);
END
$one_writer$;
CREATE OR REPLACE TRIGGER moves_the_gate AFTER INSERT OR UPDATE ON writer FOR EACH ROW EXECUTE FUNCTION move_writer_gate();
ALTER TABLE writer ENABLE ALWAYS TRIGGER moves_the_gate;
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
