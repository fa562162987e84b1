-- Not primary: what was asked of the primary, and was answered by a copy that every look from before the call to after it shows up and not writable. A look may be a
-- little older or younger than it says, so that spans of looks begin and end 100 ms inside. A copy that answers writes meanwhile contradicts its looks: that is told elsewhere.
INSERT INTO standby_answers
WITH spans AS (
  SELECT copy, min("at" + took) + 100000 AS since, max("at") - 100000 AS until
  FROM (
    SELECT *, sum(opens::INT) OVER (PARTITION BY copy ORDER BY "at") AS span
    FROM (
      SELECT copy, "at", took, up AND NOT writable AS follows, ("at" - lag("at") OVER w > 1000000 OR (up AND NOT writable) IS DISTINCT FROM lag(up AND NOT writable) OVER w) IS NOT FALSE AS opens
      FROM copy_samples WINDOW w AS (PARTITION BY copy ORDER BY "at")))
  WHERE follows GROUP BY copy, span HAVING since < until
), followed AS (
  FROM spans AS s WHERE NOT EXISTS (
    FROM ops AS w WHERE w.copy = s.copy AND w.op IN ('add', 'put') AND w.outcome = 'ok' AND w."end" > s.since AND w.start < s.until)
)
SELECT o.line, o.copy
FROM (FROM ops WHERE op IN ('read', 'get', 'list') AND outcome = 'ok' AND role = 'primary') AS o ASOF JOIN followed AS s ON s.copy = o.copy AND o.start > s.since
WHERE o."end" < s.until;
