-- Looks at copies, one a copy and moment.
CREATE TABLE copy_samples AS
SELECT copy, "at", bool_and(up) AS up, bool_and(writable) AS writable, bool_and(sync) AS sync, min(startedAt) AS startedAt,
  min(lsn_bytes(lsn)) AS position, max(timeline) AS timeline, max(epoch) AS epoch, max(coalesce(took, 0)) AS took
FROM observations WHERE copy IS NOT NULL GROUP BY copy, "at";

-- Restarts: the server's start time changed between two looks. `fence`: the furthest position seen before.
CREATE TABLE restarts AS
SELECT copy, previous_at, "at", fence FROM (
  SELECT copy, "at", startedAt, lag("at") OVER w AS previous_at, lag(startedAt) OVER w AS previous_start,
    max(position) OVER (PARTITION BY copy ORDER BY "at" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS fence
  FROM copy_samples WHERE up AND startedAt IS NOT NULL WINDOW w AS (PARTITION BY copy ORDER BY "at")
) WHERE previous_start <> startedAt;

-- Restarting: from the last look at the old server until a look that shows it past the fence; NULL: never again.
CREATE TABLE restarting AS
SELECT r.copy, r.previous_at AS since, CASE WHEN fence IS NULL THEN r."at" ELSE min(s."at" + s.took) END AS until
FROM restarts AS r LEFT JOIN copy_samples AS s ON s.copy = r.copy AND s."at" >= r."at" AND s.up AND s.position >= r.fence
GROUP BY r.copy, r.previous_at, r."at", r.fence;
