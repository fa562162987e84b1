-- Staleness by copy and phase (of the moment at which the element was known), for reads asked of a replica: quantiles over all pairs of
-- element and copy, those never missed included; ms. Phase NULL: over all. An upper bound that is not known stands for the largest.
-- Quantiles are those of `quantile_disc`, counted up over equal times: it would hold every single one in memory.
WITH counted AS (
  SELECT copy::VARCHAR AS copy, phase_of(known) AS phase, stale > 0 AS stale, lag, upper, count(*) AS pairs FROM pairs GROUP BY ALL
), totals AS (
  SELECT copy, phase, GROUPING(phase) AS "all", sum(pairs) AS pairs, coalesce(sum(pairs) FILTER (WHERE stale), 0) AS stale,
    max(lag) / 1000 AS longest, coalesce(sum(pairs) FILTER (WHERE upper IS NULL), 0) AS censored
  FROM counted GROUP BY GROUPING SETS ((copy), (copy, phase))
), cumulated AS (
  SELECT copy, phase, GROUPING(phase) AS "all", bound, value, sum(sum(pairs)) OVER (w ORDER BY value NULLS LAST) AS reached, sum(sum(pairs)) OVER w AS pairs
  FROM (
    SELECT copy, phase, 'lower' AS bound, lag AS value, pairs FROM counted
    UNION ALL
    SELECT copy, phase, 'upper', upper, pairs FROM counted)
  GROUP BY GROUPING SETS ((copy, bound, value), (copy, phase, bound, value)) WINDOW w AS (PARTITION BY copy, phase, GROUPING(phase), bound)
), quantiles AS (
  SELECT copy, phase, "all", bound, min(value) FILTER (reached >= rank_of(0.5, pairs)) / 1000 AS p50,
    min(value) FILTER (reached >= rank_of(0.99, pairs)) / 1000 AS p99, min(value) FILTER (reached >= pairs) / 1000 AS most
  FROM cumulated GROUP BY copy, phase, "all", bound
)
SELECT t.copy, t.phase::VARCHAR AS phase, t.pairs, t.stale, [l.p50, l.p99] AS lower, t.longest, [u.p50, u.p99, u.most] AS upper, t.censored
FROM totals AS t
JOIN quantiles AS l ON l.bound = 'lower' AND l.copy = t.copy AND l.phase IS NOT DISTINCT FROM t.phase AND l."all" = t."all"
JOIN quantiles AS u ON u.bound = 'upper' AND u.copy = t.copy AND u.phase IS NOT DISTINCT FROM t.phase AND u."all" = t."all"
WHERE t."all" = 1 OR t.phase IS NOT NULL
ORDER BY copy, phase NULLS FIRST
