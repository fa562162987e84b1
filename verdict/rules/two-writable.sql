-- two-writable: two copies were writable at the same time in the samples; whether two writers acknowledged is for `split-brain` to say.
-- A copy was so in a look between two looks at another, at most 1 s apart, that found that one writable as well. Such looks less than 1 s apart are one span.
-- Returns each span, with its `looks`; worst = its length (ms).
WITH looks AS (
  SELECT copy, "at", "at" + took AS true_by, coalesce(up AND writable, false) AS writable FROM copy_samples
), between AS (
  SELECT copy, true_by AS since, lead("at") OVER w AS until FROM looks
  WINDOW w AS (PARTITION BY copy ORDER BY "at")
  QUALIFY writable AND lead(writable) OVER w AND lead("at") OVER w - "at" <= 1000000
), both_writable AS (
  SELECT least(l.copy, b.copy) || ' and ' || greatest(l.copy, b.copy) AS scope, l."at" AS start, l.true_by AS "end"
  FROM looks AS l CROSS JOIN (SELECT DISTINCT copy FROM between) AS others
  ASOF JOIN between AS b ON b.copy = others.copy AND l."at" > b.since
  WHERE l.writable AND others.copy <> l.copy AND l.true_by < b.until
), numbered AS (
  SELECT *, sum(opens::INT) OVER (PARTITION BY scope ORDER BY start, "end" ROWS UNBOUNDED PRECEDING) AS span
  FROM (SELECT *, coalesce(start - lag(start) OVER (PARTITION BY scope ORDER BY start, "end") > 1000000, false) AS opens FROM both_writable)
)
SELECT scope, (max("end") - min(start)) / 1000 AS worst, CASE WHEN EXISTS (FROM split_acks) THEN 'split-brain' END AS root,
  count(*) AS looks, min(start) AS start, max("end") AS "end"
FROM numbered GROUP BY scope, span
