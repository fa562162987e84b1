-- non-monotonic-session: a read showed a client an element or version, and a later read of the same client, served by another copy, did not.
-- Returns each later read with the earlier one. Scope: `token` (the later read demanded the position), `current` (every copy promises to be
-- current: no stale read of a replica is allowed, and the element was known), `` (all others: nothing is promised).
SELECT CASE WHEN r.line IN (SELECT line FROM covered_reads) THEN 'token'
    WHEN (SELECT replicas_current FROM run) AND j.scope IN ('primary', 'token', 'replica') THEN 'current' ELSE '' END AS scope,
  (o.start - r.since) / 1000 AS worst,
  CASE WHEN j.scope IN ('primary', 'token') OR j.scope = 'replica' AND (SELECT replicas_current FROM run) THEN coalesce(j.root, 'stale') END AS root,
  r.line, r.id AS about, r.since
FROM regressions AS r JOIN ops AS o ON o.line = r.line LEFT JOIN judged_reads AS j ON j.line = r.line
WHERE r.kind = 'session'
