-- Availability by kind and phase; NULL stands for all. Latency of calls that were answered, late ones too, from the start of the first attempt; ms.
-- Quantiles are those of `quantile_disc`, counted up over equal latencies: it would hold every single one in memory.
WITH counted AS (
  SELECT kind, phase, result, CASE WHEN result IN ('ok', 'accepted', 'late') THEN "end" - start END AS took, count(*) AS calls
  FROM offered WHERE phase IS NOT NULL GROUP BY ALL
), totals AS (
  SELECT kind, phase, sum(calls) AS offered,
    sum(calls) FILTER (WHERE result IN ('ok', 'accepted')) AS ok,
    sum(calls) FILTER (WHERE result = 'failed') AS failed,
    sum(calls) FILTER (WHERE result = 'unknown') AS unknown,
    sum(calls) FILTER (WHERE result = 'dropped') AS dropped,
    sum(calls) FILTER (WHERE result = 'late') AS late,
    sum(calls) FILTER (WHERE result = 'accepted') AS accepted
  FROM counted GROUP BY GROUPING SETS ((), (kind), (phase))
), cumulated AS (
  SELECT kind, phase, took, sum(sum(calls)) OVER w AS reached, sum(sum(calls)) OVER (PARTITION BY kind, phase) AS calls
  FROM counted WHERE took IS NOT NULL GROUP BY GROUPING SETS ((took), (kind, took), (phase, took)) WINDOW w AS (PARTITION BY kind, phase ORDER BY took)
), quantiles AS (
  SELECT kind, phase, [min(took) FILTER (reached >= rank_of(0.5, calls)) / 1000, min(took) FILTER (reached >= rank_of(0.95, calls)) / 1000,
    min(took) FILTER (reached >= rank_of(0.99, calls)) / 1000] AS latency, max(took) / 1000 AS slowest
  FROM cumulated GROUP BY kind, phase
)
SELECT t.kind::VARCHAR AS kind, t.phase::VARCHAR AS phase, t.* EXCLUDE (kind, phase), q.latency, q.slowest
FROM totals AS t LEFT JOIN quantiles AS q ON q.kind IS NOT DISTINCT FROM t.kind AND q.phase IS NOT DISTINCT FROM t.phase
