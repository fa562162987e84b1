-- Promises that nothing in the record could have broken. A bound speaks of each phase, or of those without a fault; where it is not given but counts as
-- 0, it speaks of the whole run, if what it is about was asked for twenty times. A fault may take all that a bound is about: of "during" nothing is asked
-- where calls of that kind were offered and none was ok.
INSERT INTO unmet_bounds
WITH given AS (
  SELECT bound FROM bounds_given
), acks AS (
  SELECT phase_of(acked_at) AS phase, min(acked_at) AS first FROM elements WHERE fate = 'acknowledged' GROUP BY 1
  UNION ALL
  SELECT phase_of("end"), min("end") FROM puts WHERE acked GROUP BY 1
), writes AS (
  SELECT phase, sum(due)::BIGINT AS offered, sum(ok)::BIGINT AS ok FROM bins WHERE kind IN ('add', 'put') GROUP BY phase
), reads AS (
  SELECT b.bound, b.asked, p.name AS phase, coalesce(sum(g.issued), 0)::BIGINT AS issued, coalesce(sum(g.ok), 0)::BIGINT AS ok,
    EXISTS (FROM refuting AS r WHERE r.phase = p.name AND r.asked = b.asked AND (b.bound <> 'staleReplicaP99Ms' OR r.op = 'read' AND r.named)) AS refuting
  FROM (VALUES ('stalePrimary', 'primary'), ('staleReplica', 'replica'), ('staleReplicaP99Ms', 'replica')) AS b(bound, asked)
  SEMI JOIN given USING (bound) CROSS JOIN phases AS p
  LEFT JOIN read_groups AS g ON g.asked = b.asked AND g.phase = p.name
  GROUP BY b.bound, b.asked, p.name
), shares AS (
  SELECT phase_of(due) AS phase, count(*) AS ok, count(site) AS named FROM ops WHERE outcome = 'ok' AND EXISTS (FROM given WHERE bound IN ('share', 'leastShare')) GROUP BY 1
)
SELECT 'lost', p.name, format('no write was acknowledged as replicated in "{}"', p.name)
FROM phases AS p LEFT JOIN writes AS w ON w.phase = p.name
WHERE 'lost' IN (FROM given) AND p.name NOT IN (SELECT phase FROM acks WHERE phase IS NOT NULL) AND NOT (p.name = 'during' AND coalesce(w.offered > 0 AND w.ok = 0, false))
UNION ALL
SELECT 'lost', NULL, 'puts were offered, but none was acknowledged as replicated'
WHERE 'lost' NOT IN (FROM given) AND (SELECT count(*) FROM puts) >= 20 AND NOT EXISTS (FROM puts WHERE acked)
UNION ALL
SELECT 'rpoMs', NULL, 'no fault was applied after an acknowledged write'
WHERE 'rpoMs' IN (FROM given) AND NOT EXISTS (FROM faults AS f JOIN acks AS a ON a.first <= f.applied)
UNION ALL
SELECT bound, CASE WHEN count(*) = 1 THEN min(phase) END, format('no read of {} could have missed a known element in {}',
  CASE WHEN asked = 'primary' THEN 'the primary' WHEN bound = 'staleReplica' THEN 'a replica' ELSE 'a replica that names its copy' END, string_agg(format('"{}"', phase), ', ' ORDER BY phase))
FROM reads WHERE NOT refuting AND NOT (phase = 'during' AND issued > 0 AND ok = 0) GROUP BY bound, asked
UNION ALL
SELECT 'stalePrimary', NULL, 'the primary was asked, but no answer could have missed a known element'
WHERE 'stalePrimary' NOT IN (FROM given) AND (SELECT sum(ok) FROM read_groups WHERE asked = 'primary') >= 20 AND NOT EXISTS (FROM refuting WHERE asked = 'primary')
UNION ALL
-- every copy promises to be current: what was asked of one says nothing of another
SELECT 'staleReplica', NULL, format('replica {} was never asked', string_agg(format('"{}"', copy), ', ' ORDER BY copy))
FROM copies WHERE (SELECT replicas_current FROM run) AND role = 'replica'
  AND copy NOT IN (SELECT copy FROM ops WHERE op IN ('read', 'get') AND outcome = 'ok' AND role = 'replica' AND found IS NOT NULL AND copy IS NOT NULL)
  AND EXISTS (FROM ops WHERE op IN ('read', 'get') AND outcome = 'ok' AND role = 'replica' AND copy IS NOT NULL)
HAVING count(*) > 0
UNION ALL
SELECT 'staleRestarting', NULL, 'no replica was asked while it may have been catching up after a restart'
WHERE 'staleRestarting' IN (FROM given) AND NOT EXISTS (
  FROM ops AS r ASOF JOIN restarting AS w ON r.copy = w.copy AND r.start > w.since
  WHERE r.start < w.reach AND r.op IN ('read', 'get') AND r.outcome = 'ok' AND r.role = 'replica' AND r.found IS NOT NULL)
UNION ALL
SELECT 'lostUnreplicated', NULL, 'no write was answered without replication, or while it was off'
WHERE 'lostUnreplicated' IN (FROM given) AND NOT EXISTS (FROM ops WHERE op IN ('add', 'put') AND outcome = 'ok' AND NOT replicated)
  AND NOT EXISTS (FROM (FROM ops WHERE acked AND op IN ('add', 'put')) AS a JOIN off_spans AS s ON s.copy = coalesce(a.copy, '') AND a.start > s.first_at AND a."end" < s.last_at)
UNION ALL
SELECT 'shownUnconfirmed', NULL, 'no replica was asked for a write that nobody had acknowledged'
WHERE 'shownUnconfirmed' IN (FROM given) AND NOT EXISTS (
  FROM ops AS r JOIN elements AS e USING (id) WHERE r.op = 'read' AND r.outcome = 'ok' AND r.role = 'replica' AND r.found IS NOT NULL AND r.start >= e.sent AND (e.acked_at IS NULL OR e.acked_at > r.start))
UNION ALL
SELECT 'latencyP99Ms', p.name, format('no call was answered in "{}"', p.name)
FROM phases AS p WHERE 'latencyP99Ms' IN (FROM given) AND p.name <> 'during' AND NOT EXISTS (FROM bins AS b WHERE b.phase = p.name AND b.ok > 0)
UNION ALL
SELECT bound, NULL, message FROM (VALUES
  ('latencyP99Ms', 'the run has no phase without a fault'), ('share', 'routing is not active-active'), ('leastShare', 'run.json names no sites')) AS unfit(bound, message)
SEMI JOIN given USING (bound)
WHERE CASE bound WHEN 'latencyP99Ms' THEN NOT EXISTS (FROM phases WHERE name <> 'during') WHEN 'share' THEN (SELECT routing FROM run) IS DISTINCT FROM 'active-active'
  ELSE NOT EXISTS (FROM named_sites) END
UNION ALL
-- a site that never came back is for "misrouted" to tell
SELECT 'share', p.name, format('"{}" has no 200 ok answers that name their site from times when all sites were UP', p.name)
FROM phases AS p WHERE 'share' IN (FROM given) AND p.name <> 'during' AND (SELECT routing FROM run) = 'active-active'
  AND p.name NOT IN (SELECT phase FROM shares_while_up) AND NOT (p.name = 'after' AND EXISTS (FROM gone_sites))
UNION ALL
SELECT 'leastShare', p.name, format('{:,} of {:,} ok answers in "{}" name their site', coalesce(s.named, 0), coalesce(s.ok, 0), p.name)
FROM phases AS p LEFT JOIN shares AS s ON s.phase = p.name
WHERE 'leastShare' IN (FROM given) AND coalesce(s.named < 0.99 * s.ok OR s.named = 0, true);
