-- Share of good time by kind and phase; kind 'all' is over all kinds, phase NULL over all phases.
WITH bad AS (
  -- stretches may overlap, and reach beyond their phase
  SELECT b.kind, b.phase, sum(greatest(0, least(b."end", p."end") - greatest(b.start, b.reached))) AS bad
  FROM (
    SELECT *, coalesce(max("end") OVER (PARTITION BY kind, phase ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), start) AS reached
    FROM bad_stretches
  ) AS b JOIN phases AS p ON p.name = b.phase
  GROUP BY b.kind, b.phase
), measured AS (
  SELECT kind, phase, sum("end" - start) AS total FROM slices GROUP BY kind, phase
)
SELECT kind, phase::VARCHAR AS phase, sum(total - coalesce(bad, 0)) AS good, sum(total) AS total
FROM measured LEFT JOIN bad USING (kind, phase) GROUP BY GROUPING SETS ((kind), (kind, phase))
