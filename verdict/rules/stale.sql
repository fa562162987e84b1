-- stale: a read began after its element (or version) was known, and did not show it; elements that the truth lacks are left to `lost`.
-- Returns each stale read; worst = how long (ms) the element had been known. Scope says which promise covers the read: `primary`,
-- `token` (the read demanded a position at or after the element's), `restarting` (its copy was catching up after a restart),
-- `unsynchronous` (the topology promises synchronous copies, and this one was seen not to be one), `replica` (all others).
WITH tokens AS (
  SELECT line, id, token_parts(token) AS demand FROM stale_reads WHERE asked = 'replica' AND token IS NOT NULL
), demanded AS (
  SELECT DISTINCT t.line FROM tokens AS t JOIN ops AS a ON a.op = 'add' AND a.acked AND a.id = t.id
  WHERE a.system = t.demand.system AND a.timeline::VARCHAR = t.demand.timeline AND coalesce(a.epoch::VARCHAR = t.demand.epoch, true)
    AND lsn_bytes(a.lsn) <= lsn_bytes(t.demand.lsn)
), restarting_reads AS (
  SELECT DISTINCT r.line FROM stale_reads AS r JOIN restarting AS w ON w.copy = r.copy AND r.start > w.since AND (w.until IS NULL OR r.start < w.until)
), synced AS (
  SELECT copy, "at", "at" + took AS true_by, sync FROM copy_samples WHERE sync IS NOT NULL
), before AS (
  SELECT r.line, s.sync FROM stale_reads AS r ASOF JOIN synced AS s ON s.copy = r.copy AND r.known >= s.true_by
), after AS (
  SELECT r.line, s.sync FROM stale_reads AS r ASOF JOIN synced AS s ON s.copy = r.copy AND r.start <= s."at"
), unsynchronous AS (
  SELECT line FROM before WHERE NOT sync UNION SELECT line FROM after WHERE NOT sync
)
SELECT CASE
    WHEN r.asked = 'primary' THEN 'primary'
    WHEN r.line IN (SELECT line FROM demanded) THEN 'token'
    WHEN r.line IN (SELECT line FROM restarting_reads) THEN 'restarting'
    WHEN (SELECT replication FROM run) IN ('strict', 'sync') AND r.line IN (SELECT line FROM unsynchronous) THEN 'unsynchronous'
    ELSE 'replica'
  END AS scope,
  (r.start - r.known) / 1000 AS worst,
  o.op, o.id, o.client, o.start, o."end", r.known, o.found, o.version, o.site, o.pod, o.copy, o.role, o.status, o.token
FROM stale_reads AS r JOIN ops AS o ON o.line = r.line
