-- Copies that run.json calls gone, and whose final state nobody compares: what shows that they were there to the end, or that they differed.
-- The end: the last second of what was looked at or asked; where looks are rarer than five a second, the time of five of them.
INSERT INTO unmet_gone
WITH gone_copies AS (
  SELECT copy FROM copies WHERE role = 'gone'
), last_looks AS (
  SELECT copy, arg_max(up, "at") AS up, max("at") AS "at" FROM copy_samples SEMI JOIN gone_copies USING (copy) GROUP BY copy
), answers AS (
  SELECT copy, max("end") AS "at" FROM ops SEMI JOIN gone_copies USING (copy)
  WHERE outcome = 'ok' AND start >= (SELECT start FROM phases WHERE name = 'after') GROUP BY copy
)
SELECT l.copy, format('copy "{}" is gone by run.json, but was up when last looked at, at the end of the run', l.copy)
FROM last_looks AS l CROSS JOIN floors
WHERE l.up AND l."at" >= (SELECT max("at") FROM copy_samples) - CASE WHEN samplesPerSecond > 0 THEN greatest(1e6, 5e6 / samplesPerSecond) ELSE 1e6 END
UNION ALL
SELECT copy, format('copy "{}" is gone by run.json, but answered calls until the end of the run', copy)
FROM answers WHERE "at" >= (SELECT max("end") FROM ops) - 1000000
UNION ALL
SELECT copy, format('copy "{}" is gone by run.json, but its final state is there, and differs from the truth in {:,} elements: "{}" and others', copy, count(*), min(id))
FROM (
  SELECT g.copy, g.id FROM gone_rows AS g LEFT JOIN truth_rows AS t USING (id)
  WHERE t.id IS NULL OR g.version <> t.version OR g.value <> t.value OR g.epoch <> t.epoch OR g.completions <> t.completions
  UNION ALL
  SELECT c.copy, t.id FROM (SELECT DISTINCT copy FROM gone_rows) AS c CROSS JOIN truth_rows AS t ANTI JOIN gone_rows AS g ON g.copy = c.copy AND g.id = t.id
)
WHERE (SELECT usable FROM truth) GROUP BY copy;
