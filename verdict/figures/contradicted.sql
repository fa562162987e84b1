-- Contradicted: copies that answered while every look around it found them down; where that leaves the record undecided (`contradictions`) it is told there.
-- A look may be a little older or younger than it says: spans of looks begin and end 100 ms inside. Returns each span with such answers.
WITH spans AS (
  SELECT copy, min("at" + took) + 100000 AS since, max("at") - 100000 AS until
  FROM (
    SELECT *, sum(opens::INT) OVER (PARTITION BY copy ORDER BY "at") AS span
    FROM (
      SELECT copy, "at", took, up, ("at" - lag("at") OVER w > 1000000 OR up IS DISTINCT FROM lag(up) OVER w) IS NOT FALSE AS opens
      FROM copy_samples WINDOW w AS (PARTITION BY copy ORDER BY "at")))
  WHERE NOT up GROUP BY copy, span HAVING since < until
)
SELECT s.copy, phase_of(min(o.start))::VARCHAR AS phase, count(*) AS answers, count(*) FILTER (o.op IN ('add', 'put')) AS writes, min(o.start) AS start, max(o."end") AS "end"
FROM (FROM ops WHERE outcome = 'ok' AND copy IS NOT NULL) AS o ASOF JOIN spans AS s ON s.copy = o.copy AND o.start > s.since
WHERE o."end" < s.until AND NOT EXISTS (FROM contradictions AS c WHERE c.copy = s.copy AND c.why = 'down' AND c.phase IS NOT DISTINCT FROM phase_of(o.start)::VARCHAR)
GROUP BY s.copy, s.since ORDER BY start, s.copy
