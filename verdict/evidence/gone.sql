-- Copies that run.json calls gone, and whose final state nobody compares: what shows that they were there to the end, or that no fault took them, or that they differed.
-- The end: the last second of what was looked at or asked; where looks are rarer than five a second, the time of five of them.
INSERT INTO unmet_gone
WITH gone_copies AS (
  SELECT copy FROM copies WHERE role = 'gone'
), ends AS (
  SELECT (SELECT max("at") FROM copy_samples) - CASE WHEN samplesPerSecond > 0 THEN greatest(1e6, 5e6 / samplesPerSecond) ELSE 1e6 END AS looks,
    (SELECT max("end") FROM ops) - 1000000 AS answers, (SELECT max(gone) FROM faults) AS faults
  FROM floors
), alive AS (
  SELECT copy, max("at") AS looked, NULL::BIGINT AS answered FROM copy_samples SEMI JOIN gone_copies USING (copy) WHERE up GROUP BY copy
  UNION ALL
  SELECT copy, NULL, max("end") FROM ops SEMI JOIN gone_copies USING (copy)
  WHERE outcome = 'ok' AND start >= (SELECT start FROM phases WHERE name = 'after') GROUP BY copy
), signs AS (
  SELECT copy, max(looked) AS looked, max(answered) AS answered FROM alive GROUP BY copy
)
SELECT copy, CASE
    WHEN s.looked >= e.looks THEN format('copy "{}" is gone by run.json, but was up when last looked at, at the end of the run', copy)
    WHEN s.answered >= e.answers THEN format('copy "{}" is gone by run.json, but answered calls until the end of the run', copy)
    ELSE format('copy "{}" is gone by run.json, but was alive at {} µs, after all faults: nothing tells why its final state is not known', copy, greatest(s.looked, s.answered)) END
FROM signs AS s CROSS JOIN ends AS e
WHERE coalesce(s.looked >= e.looks, false) OR coalesce(s.answered >= e.answers, false) OR greatest(s.looked, s.answered) > coalesce(e.faults, -9007199254740991)
UNION ALL
SELECT copy, format('copy "{}" is gone by run.json, but its final state is there, and differs from the truth in {:,} elements: "{}" and others', copy, count(*), min(id))
FROM (
  SELECT g.copy, g.id FROM gone_rows AS g LEFT JOIN truth_rows AS t USING (id)
  WHERE t.id IS NULL OR g.version <> t.version OR g.value <> t.value OR g.epoch <> t.epoch OR g.completions <> t.completions
  UNION ALL
  SELECT c.copy, t.id FROM (SELECT DISTINCT copy FROM gone_rows) AS c CROSS JOIN truth_rows AS t ANTI JOIN gone_rows AS g ON g.copy = c.copy AND g.id = t.id
)
WHERE (SELECT usable FROM truth) GROUP BY copy;
