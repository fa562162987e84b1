-- Availability by kind and phase; NULL stands for all. Latency from the due time (or the start, if earlier) of answered calls; ms.
SELECT kind::VARCHAR AS kind, phase::VARCHAR AS phase, count(*) AS offered,
  count(*) FILTER (WHERE result IN ('ok', 'accepted')) AS ok,
  count(*) FILTER (WHERE result = 'failed') AS failed,
  count(*) FILTER (WHERE result = 'unknown') AS unknown,
  count(*) FILTER (WHERE result = 'dropped') AS dropped,
  count(*) FILTER (WHERE result = 'accepted') AS accepted,
  quantile_disc(("end" - due + early) / 1000, [0.5, 0.95, 0.99]) FILTER (WHERE result IN ('ok', 'accepted')) AS latency,
  max("end" - due + early) FILTER (WHERE result IN ('ok', 'accepted')) / 1000 AS slowest
FROM offered WHERE phase IS NOT NULL
GROUP BY GROUPING SETS ((), (kind), (phase))
