-- Staleness by copy and phase (of the moment at which the element was known), for reads asked of a replica: quantiles over all pairs of
-- element and copy, those never missed included; ms. Phase NULL: over all. An upper bound that is not known stands for the largest.
SELECT copy, phase::VARCHAR AS phase, count(*) AS pairs, count(*) FILTER (WHERE stale > 0) AS stale,
  quantile_disc(lag / 1000, [0.5, 0.99]) AS lower, max(lag) / 1000 AS longest,
  [nullif(bound, 'infinity'::DOUBLE) FOR bound IN quantile_disc(coalesce(upper / 1000, 'infinity'::DOUBLE), [0.5, 0.99, 1])] AS upper,
  count(*) - count(upper) AS censored
FROM (SELECT copy, phase_of(known) AS phase, stale, lag, upper FROM pairs WHERE asked = 'replica' AND reads > 0 AND judged)
GROUP BY GROUPING SETS ((copy), (copy, phase)) HAVING GROUPING(phase) = 1 OR phase IS NOT NULL
ORDER BY copy, phase NULLS FIRST
