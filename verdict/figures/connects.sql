-- Connections that calls opened, by phase and by the site that answered (NULL: of all calls), and calls that got none. How long opening took: median,
-- 99th percentile, longest; ms. Counted up over equal times, as quantiles of latency are.
WITH attempts AS (
  SELECT coalesce(phase_of(due)::VARCHAR, CASE WHEN due < (SELECT min(start) FROM phases) THEN 'warm-up' END) AS phase, site,
    CASE WHEN NOT is_unsent(stage, outcome) THEN connect END AS took, count(*) AS calls
  FROM ops WHERE connect IS NOT NULL OR is_unsent(stage, outcome) GROUP BY ALL
), counted AS (
  SELECT phase, site, false AS whole, took, calls FROM attempts WHERE site IS NOT NULL
  UNION ALL
  SELECT phase, NULL, true, took, sum(calls) FROM attempts GROUP BY phase, took
), cumulated AS (
  SELECT *, sum(calls) FILTER (took IS NOT NULL) OVER (w ORDER BY took) AS reached, sum(calls) FILTER (took IS NOT NULL) OVER w AS made
  FROM counted WHERE phase IS NOT NULL WINDOW w AS (PARTITION BY phase, site)
)
SELECT phase, site, coalesce(any_value(made), 0)::BIGINT AS made, coalesce(sum(calls) FILTER (took IS NULL), 0)::BIGINT AS refused,
  CASE WHEN count(took) > 0 THEN [min(took) FILTER (reached >= rank_of(0.5, made)) / 1000, min(took) FILTER (reached >= rank_of(0.99, made)) / 1000, max(took) / 1000] END AS took
FROM cumulated GROUP BY phase, site, whole
ORDER BY list_position(['warm-up', 'before', 'during', 'after'], phase), site NULLS FIRST
