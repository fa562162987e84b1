-- Looks at copies, one a copy and moment; `up` is NULL where no answer came in time; `tells`: it shows the copy up, and something of its state.
CREATE TABLE copy_samples AS
SELECT copy, "at", bool_and(up) AS up, bool_and(writable) AS writable, bool_and(sync) AS sync, min(startedAt) AS startedAt,
  min(lsn_bytes(lsn)) AS position, max(system) AS system, max(timeline) AS timeline, max(epoch) AS epoch, max(lagBytes) AS lag, max(coalesce(took, 0)) AS took,
  bool_or(up AND coalesce(writable::VARCHAR, sync::VARCHAR, system, timeline::VARCHAR, epoch::VARCHAR, startedAt, lsn) IS NOT NULL) AS tells
FROM observations WHERE copy IS NOT NULL GROUP BY copy, "at";

-- Looks at copies that were up, with the furthest position seen before (`fence`).
CREATE VIEW up_samples AS
SELECT *, max(position) OVER (PARTITION BY copy ORDER BY "at" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS fence FROM copy_samples WHERE up;

-- Restarts: the server's start time changed between two looks (`certain`), or a copy was not seen up between them, and no start time says that its
-- server stayed the same: it may have restarted. `over`: the end of the first look that certainly came after; `fence`: the furthest position seen before.
CREATE TABLE restarts AS
WITH looks AS (
  SELECT *, max("at") FILTER (WHERE up) OVER before AS last_up, min("at") FILTER (WHERE up) OVER after AS next_up, min("at" + took) FILTER (WHERE up) OVER after AS up_by,
    count(startedAt) FILTER (WHERE up) OVER before AS told_before, count(startedAt) FILTER (WHERE up) OVER after AS told_after,
    max(position) FILTER (WHERE up) OVER before AS reached
  FROM copy_samples
  WINDOW before AS (PARTITION BY copy ORDER BY "at" ROWS UNBOUNDED PRECEDING), after AS (PARTITION BY copy ORDER BY "at" ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
)
SELECT copy, previous_at, "at", "at" + took AS over, fence, true AS certain FROM (
  SELECT copy, "at", took, startedAt, fence, lag("at") OVER w AS previous_at, lag(startedAt) OVER w AS previous_start
  FROM up_samples WHERE startedAt IS NOT NULL WINDOW w AS (PARTITION BY copy ORDER BY "at")
) WHERE previous_start <> startedAt
UNION ALL
SELECT DISTINCT copy, coalesce(last_up, -9007199254740991), coalesce(next_up, 9007199254740991), coalesce(up_by, 9007199254740991), reached, false
FROM looks WHERE up IS NOT TRUE AND (told_before = 0 OR told_after = 0);

-- Restarts of each copy, counted: what lies between two of them is one life of its server.
CREATE VIEW numbered_restarts AS
SELECT copy, previous_at, over, row_number() OVER (PARTITION BY copy ORDER BY "at") AS nr FROM restarts;

-- Restarting: from the last look at the old server until a look that shows it past the fence; NULL: never again. It is the first look from then on that is
-- past its own fence. `reach`: until when that span, or one that began before it, lasts: what began after `since` and before it fell into one of them.
CREATE TABLE restarting AS
SELECT *, max(coalesce(until, 9007199254740991)) OVER (PARTITION BY copy ORDER BY since) AS reach
FROM (
  SELECT DISTINCT r.copy, r.previous_at AS since, CASE WHEN r.fence IS NULL THEN r.over ELSE s."at" + s.took END AS until
  FROM restarts AS r ASOF LEFT JOIN (FROM up_samples WHERE position >= fence) AS s ON s.copy = r.copy AND r."at" <= s."at");
