-- Share of good time by kind and phase; kind 'all' is over all kinds, phase NULL over all phases.
SELECT kind, phase::VARCHAR AS phase, sum("end" - start) FILTER (WHERE NOT bad) AS good, sum("end" - start) AS total
FROM slices GROUP BY GROUPING SETS ((kind), (kind, phase))
