-- two-writable: two copies were writable at the same time in the samples; whether two writers acknowledged is for `split-brain` to say.
-- Returns each sample of a copy that was writable between two samples of another, at most 1 s apart, that were writable as well.
WITH looks AS (
  SELECT copy, "at", "at" + took AS true_by, coalesce(up AND writable, false) AS writable FROM copy_samples
), between AS (
  SELECT copy, true_by AS since, lead("at") OVER w AS until FROM looks
  WINDOW w AS (PARTITION BY copy ORDER BY "at")
  QUALIFY writable AND lead(writable) OVER w AND lead("at") OVER w - "at" <= 1000000
)
SELECT least(l.copy, b.copy) || ' and ' || greatest(l.copy, b.copy) AS scope, NULL::DOUBLE AS worst,
  CASE WHEN EXISTS (FROM split_acks) THEN 'split-brain' END AS root, l.copy AS sampled, b.copy AS other, l."at" AS start, l.true_by AS "end"
FROM looks AS l CROSS JOIN (SELECT DISTINCT copy FROM between) AS others
ASOF JOIN between AS b ON b.copy = others.copy AND l."at" > b.since
WHERE l.writable AND others.copy <> l.copy AND l.true_by < b.until
