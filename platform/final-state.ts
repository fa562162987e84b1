/**
 * Settings of the session that reads final state: rows are found by reading the table, not by asking an index,
 * because a damaged or lying unique index is one of the things the final state has to show. Statistics older than
 * the run promise none of its rows: a nested loop chosen by them compares all with all (2.5 s for 5,000 changes).
 */
export const FINAL_STATE_SETTINGS_SQL = `
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
SET enable_bitmapscan = off;
SET enable_nestloop = off;
`;

/**
 * One SELECT with one row for each change id and each project key of the run, in the columns of the run record;
 * apply FINAL_STATE_SETTINGS_SQL in the same session before.
 * `count` is the number of rows with the id; a change without a completion has 0, a project has null. `jobMs` is the time from a
 * change to the first completion of its job, both as the transactions began; `jobSite` and `jobPod` say whose worker did that.
 */
export function finalStateSql(run: string): string {
  return `
SELECT id, count, version, value, xid, epoch, completions, "jobMs", "jobSite", "jobPod" FROM (${STATE_OF_EVERY_RUN_SQL}) AS state WHERE run = ${literal(run)}`;
}

/** The same for every run that the database holds, with its tag as `run`. */
export const STATE_OF_EVERY_RUN_SQL = `
SELECT change.run, change.id, change.count, NULL::integer AS version, change.value, change.xid, change.epoch,
  coalesce(done.completions, 0) AS completions,
  CASE WHEN done.first IS NOT NULL THEN greatest(0, round(1000 * extract(epoch FROM done.first - change.first), 3))::double precision END AS "jobMs",
  done.site AS "jobSite", done.pod AS "jobPod"
FROM (
  SELECT run, id, count(*)::integer AS count, min(value) AS value, min(xid)::text AS xid, max(epoch) AS epoch, min(created_at) AS first
  FROM changes GROUP BY run, id
) AS change
LEFT JOIN (
  SELECT run, change_id, count(*)::integer AS completions, min(created_at) AS first,
    (array_agg(site ORDER BY created_at, pod))[1] AS site, (array_agg(pod ORDER BY created_at, pod))[1] AS pod
  FROM completions GROUP BY run, change_id
) AS done ON done.run = change.run AND done.change_id = change.id
UNION ALL
SELECT run, key, count(*)::integer, max(version), min(value), max(xid)::text, max(epoch), NULL, NULL, NULL, NULL FROM projects GROUP BY run, key`;

/** One SELECT of one number: jobs of the run that no worker has carried out yet. */
export function openJobsSql(run: string): string {
  return `SELECT count(*)::integer AS open FROM jobs WHERE run = ${literal(run)}`;
}

/**
 * Empties what runs leave. Truncated, not deleted: pages that deletions free take the next run's rows, and vacuum comes when it wants to.
 * A run must not wait for long behind a session that reads: fails after 10 s without the locks.
 */
export const DROP_RUNS_SQL = `
SET lock_timeout = '10s';
TRUNCATE changes, jobs, completions, projects, markers`;

function literal(text: string): string {
  if (text.includes('\0')) throw new Error('Expected the name of a run, came a text with NUL: no run is called that.');
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
