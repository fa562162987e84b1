/**
 * The platform's schema; may be applied again at any time, by a superuser.
 * Keys are compared bytewise, so that no update of the system's collations can break an index.
 */
export const SCHEMA_SQL = `
CREATE TABLE IF NOT EXISTS writer (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  epoch integer NOT NULL DEFAULT 1
);
-- false at a site whose database follows another's
ALTER TABLE writer ADD COLUMN IF NOT EXISTS writable boolean NOT NULL DEFAULT true;
INSERT INTO writer DEFAULT VALUES ON CONFLICT DO NOTHING;

-- Who wrote under which epoch, where each site has a database of its own: the server, and the position up to which its writer took over what
-- the one before had written. Without it a token of a lost tail could not be told from a good one.
CREATE TABLE IF NOT EXISTS terms (
  epoch integer PRIMARY KEY,
  system text COLLATE "C" NOT NULL,
  previous_end pg_lsn
);

CREATE TABLE IF NOT EXISTS changes (
  id text COLLATE "C" PRIMARY KEY,
  run text COLLATE "C" NOT NULL,
  value text,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  epoch integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- Transaction numbers are those of the site that wrote: they are in order within one epoch.
DROP INDEX IF EXISTS changes_in_commit_order;
CREATE INDEX IF NOT EXISTS changes_in_order ON changes (run, epoch, xid, id);

-- Where each site has a database of its own: every transaction of the writer below this one had ended when it wrote this row. Rows come to the
-- follower in the order of their commits, so that it has all of those too once it has this row.
CREATE TABLE IF NOT EXISTS horizon (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  epoch integer NOT NULL,
  xid xid8 NOT NULL
);

CREATE TABLE IF NOT EXISTS jobs (
  change_id text COLLATE "C" NOT NULL,
  run text COLLATE "C" NOT NULL,
  shard smallint NOT NULL,
  PRIMARY KEY (shard, change_id)
);

-- No unique constraint: a job that was carried out twice must be visible.
CREATE TABLE IF NOT EXISTS completions (
  change_id text COLLATE "C" NOT NULL,
  run text COLLATE "C" NOT NULL,
  site text NOT NULL,
  pod text NOT NULL,
  epoch integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS projects (
  key text COLLATE "C" PRIMARY KEY,
  run text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  value text,
  epoch integer NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS markers (
  run text COLLATE "C" NOT NULL,
  nonce text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run, nonce)
);

-- Position of the other site's log up to which everything is here; null where this database follows none, or one of its own kind. While there
-- is nothing to replay only the writer's own word, which comes in order, tells that its log went on.
CREATE OR REPLACE FUNCTION followed_to() RETURNS pg_lsn
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT greatest((SELECT max(remote_lsn) FROM pg_replication_origin_status), (SELECT max(latest_end_lsn) FROM pg_stat_subscription WHERE relid IS NULL))
$$;

-- How far a list may go: below it no row can appear any more. Nothing while a follower copies its tables, each for itself.
CREATE OR REPLACE FUNCTION list_end() RETURNS TABLE (epoch integer, xid xid8)
LANGUAGE sql STABLE AS $$
  SELECT epoch, pg_snapshot_xmin(pg_current_snapshot()) FROM writer WHERE writable
  UNION ALL
  SELECT horizon.epoch, horizon.xid FROM writer, horizon
  WHERE NOT writable AND NOT EXISTS (SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r')
$$;

-- Where a copy's history left its earlier timelines: without it a token of a lost tail could not be told from a good one.
CREATE OR REPLACE FUNCTION timeline_history(timeline integer) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  RETURN pg_read_file('pg_wal/' || upper(lpad(to_hex(timeline), 8, '0')) || '.history', 0, 1000000, true);
EXCEPTION WHEN insufficient_privilege THEN
  RETURN NULL;
END
$$;
`;

/** Rights of the role that the pods connect as; `role` must exist. */
export function grantsSql(role: string): string {
  const name = `"${role.replaceAll('"', '""')}"`;
  return `
GRANT SELECT, INSERT, UPDATE, DELETE ON changes, jobs, completions, projects TO ${name};
GRANT SELECT, INSERT, UPDATE ON horizon TO ${name};
GRANT SELECT ON writer, terms, markers TO ${name};
-- Only so may a plain role see which timeline a standby receives.
GRANT pg_read_all_stats TO ${name};
`;
}
