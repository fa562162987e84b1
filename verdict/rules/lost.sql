-- lost: an add was acknowledged as replicated, yet its id is absent from the truth's final state.
-- Returns the acknowledging attempt of each lost element; worst = age (ms) of the oldest ack of its run of losses at the fault that
-- followed the run, or at the run's newest ack when no fault followed; deposed = the copies that held it when they were deposed.
WITH lost AS (
  SELECT id, line, acked_at, deposed FROM lost_adds WHERE promised
), survivors AS (
  SELECT acked_at FROM elements
  WHERE fate = 'acknowledged' AND present
    AND acked_at BETWEEN (SELECT min(acked_at) FROM lost) AND (SELECT max(acked_at) FROM lost)
), placed AS (
  SELECT l.id, l.line, l.acked_at, l.deposed, s.acked_at AS survivor FROM lost AS l ASOF LEFT JOIN survivors AS s ON l.acked_at < s.acked_at
), runs AS (
  SELECT survivor, min(acked_at) AS oldest, max(acked_at) AS newest FROM placed GROUP BY survivor
), aged AS (
  SELECT r.survivor, (coalesce(f.applied, r.newest) - r.oldest) / 1000 AS age
  FROM runs AS r ASOF LEFT JOIN (SELECT applied FROM faults WHERE applied IS NOT NULL) AS f ON r.newest <= f.applied
)
SELECT '' AS scope, a.age AS worst, t.class AS root, p.id, p.line, p.deposed
FROM placed AS p JOIN aged AS a ON a.survivor IS NOT DISTINCT FROM p.survivor LEFT JOIN told AS t ON t.id = p.id
