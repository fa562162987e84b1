-- Covered reads: those whose token demanded what they did not show: a position at or after the element's, on the same lineage.
INSERT INTO covered_reads
WITH tokens AS (
  SELECT r.line, r.id, r.seen, token_parts(o.token) AS demand
  FROM (SELECT line, id, seen FROM stale_reads UNION SELECT line, id, seen FROM regressions) AS r
  JOIN ops AS o ON o.line = r.line WHERE o.token IS NOT NULL
), demands AS (
  -- a write that does not know its epoch is compared without it
  SELECT *, demand.epoch AS epoch FROM tokens UNION ALL SELECT *, '' FROM tokens
), positions AS (
  SELECT id, system, timeline, epoch, version,
    min(min(position)) OVER (PARTITION BY id, system, timeline, epoch ORDER BY version DESC ROWS UNBOUNDED PRECEDING) AS position
  FROM (
    SELECT o.id, o.system, o.timeline::VARCHAR AS timeline, coalesce(o.epoch::VARCHAR, '') AS epoch, lsn_bytes(o.lsn) AS position,
      coalesce(p.version, 0) AS version
    FROM ops AS o SEMI JOIN tokens USING (id) LEFT JOIN puts AS p USING (line) WHERE o.op IN ('add', 'put') AND o.outcome = 'ok')
  WHERE position IS NOT NULL GROUP BY id, system, timeline, epoch, version
)
SELECT DISTINCT d.line
FROM demands AS d ASOF JOIN positions AS p
  ON p.id = d.id AND p.system = d.demand.system AND p.timeline = d.demand.timeline AND p.epoch = d.epoch AND d.seen < p.version
WHERE p.position <= lsn_bytes(d.demand.lsn);
