-- Judged stale reads, with the promise that covers each: `primary`, `token`, `restarting` (its copy was catching up after a restart),
-- `unsynchronous` (the topology promises synchronous copies, and this one was seen not to be one), `replica` (all others).
INSERT INTO judged_reads
WITH restarting_reads AS (
  SELECT r.line FROM stale_reads AS r ASOF JOIN restarting AS w ON w.copy = r.copy AND r.start > w.since WHERE r.start < w.reach
), synced AS (
  SELECT copy, "at", "at" + took AS true_by, sync FROM copy_samples WHERE sync IS NOT NULL
), before AS (
  SELECT r.line, s.sync FROM stale_reads AS r ASOF JOIN synced AS s ON s.copy = r.copy AND r.known >= s.true_by
), after AS (
  SELECT r.line, s.sync FROM stale_reads AS r ASOF JOIN synced AS s ON s.copy = r.copy AND r.start <= s."at"
), unsynchronous AS (
  SELECT line FROM before WHERE NOT sync UNION SELECT line FROM after WHERE NOT sync
)
SELECT r.line, r.id, r.start, r.known, CASE
    WHEN r.asked = 'primary' THEN 'primary'
    WHEN r.line IN (SELECT line FROM covered_reads) THEN 'token'
    WHEN r.line IN (SELECT line FROM restarting_reads) THEN 'restarting'
    WHEN (SELECT replication FROM run) IN ('strict', 'sync') AND r.line IN (SELECT line FROM unsynchronous) THEN 'unsynchronous'
    ELSE 'replica'
  END AS scope,
  CASE WHEN r.asked = 'primary' AND r.start > s.since THEN 'split-brain' END AS root
FROM stale_reads AS r LEFT JOIN split_copies AS s ON s.copy = r.copy;
