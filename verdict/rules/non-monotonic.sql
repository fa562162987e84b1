-- non-monotonic: a read showed an element or version, and a later one did not, or an older version: both asked of the primary, or served by
-- one copy without a restart between. Elements that the truth lacks are left to `lost` and `read-then-lost`.
-- Returns each later read with the earlier one; root `stale` (or its root) where the later read is stale in a way that no bound excuses.
SELECT CASE r.kind WHEN 'primary' THEN '' ELSE o.copy END AS scope, (o.start - r.since) / 1000 AS worst,
  CASE WHEN j.scope IN ('primary', 'token') THEN coalesce(j.root, 'stale') END AS root, r.line, r.id AS about, r.since
FROM regressions AS r JOIN ops AS o ON o.line = r.line LEFT JOIN judged_reads AS j ON j.line = r.line
WHERE r.kind <> 'session'
