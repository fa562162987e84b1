-- In flight: for each fault the attempts to write that had begun when it began to be applied and had no answer by then, and what became of them. What
-- got no connection was never sent. `survived`: those that nobody acknowledged and the truth shows, an add by its id, a put by its value or version;
-- a put below a later one of its key is not told. NULL: the truth is not known.
WITH struck AS (
  SELECT nr, fault, target, coalesce(began, applied) AS "at" FROM faults WHERE applied IS NOT NULL
), flying AS (
  SELECT s.nr, o.op, o.id, o.outcome, o.acked, o.version, o.payload
  FROM struck AS s JOIN (SELECT * FROM ops WHERE op IN ('add', 'put') AND NOT is_unsent(stage, outcome)) AS o ON o.start <= s."at" AND o."end" > s."at"
), fates AS (
  SELECT f.nr, f.outcome, f.acked, NOT f.acked AND CASE f.op WHEN 'add' THEN f.id IN (FROM truth_ids)
    ELSE coalesce(k.value = f.payload, k.said = f.version, false) END AS survived
  FROM flying AS f LEFT JOIN truth_keys AS k ON f.op = 'put' AND k.id = f.id
)
SELECT s.fault, s.target, s."at", count(f.nr) AS writes, count(*) FILTER (f.acked) AS acknowledged,
  count(*) FILTER (f.outcome = 'ok' AND NOT f.acked) AS accepted, count(*) FILTER (f.outcome = 'failed') AS failed,
  count(*) FILTER (f.outcome = 'unknown') AS unknown,
  CASE WHEN (SELECT usable FROM truth) THEN count(*) FILTER (f.survived) END AS survived
FROM struck AS s LEFT JOIN fates AS f USING (nr)
GROUP BY s.nr, s.fault, s.target, s."at" ORDER BY s.nr
