-- Doubts about the copy that decides, and final states that are missing.
CREATE VIEW last_acks AS
-- who served the acknowledged writes that began last, and those that ended last, if the record says so
WITH acks AS (
  SELECT copy, start, "end" FROM ops WHERE op IN ('add', 'put') AND acked AND copy IS NOT NULL
)
SELECT copy FROM acks WHERE start = (SELECT max(start) FROM acks)
UNION
SELECT copy FROM acks WHERE "end" = (SELECT max("end") FROM acks);

CREATE TABLE last_samples AS
SELECT * FROM copy_samples WHERE up QUALIFY row_number() OVER (PARTITION BY copy ORDER BY "at" DESC) = 1;

CREATE VIEW unmet_truth AS
SELECT NULL::VARCHAR AS copy, 'run.json does not name the truth, the copy whose final state decides' AS message FROM truth WHERE copy IS NULL
UNION ALL
SELECT c.copy, format('the final state of copy "{}"{} is missing', c.copy, CASE WHEN c.copy = t.copy THEN ', the truth,' ELSE '' END)
FROM copies AS c CROSS JOIN truth AS t WHERE NOT c.present AND c.role IS DISTINCT FROM 'gone'
UNION ALL
SELECT t.copy, format('copy "{}" is the truth, but its role at the end is "{}"', t.copy, coalesce(c.role, 'not given'))
FROM truth AS t JOIN copies AS c ON c.copy = t.copy
WHERE c.role IS DISTINCT FROM 'primary' AND EXISTS (FROM copies WHERE role IS NOT NULL)
UNION ALL
SELECT copy, format('copy "{}" is a primary at the end as well as the truth', copy)
FROM copies WHERE role = 'primary' AND copy <> (SELECT copy FROM truth)
UNION ALL
-- what was not promised may vanish, but not after it committed: then the final state is not that of the truth
SELECT t.copy, format('{:,} transactions of {} committed at the truth, whose final state lacks them: "{}" and others', count(DISTINCT x.id),
  CASE x.fate WHEN 'unknown' THEN 'unanswered writes' WHEN 'accepted' THEN 'writes answered with 202' WHEN 'failed' THEN 'writes that certainly failed' ELSE 'writes that the history lacks' END, min(x.id))
FROM (
  SELECT x.id, e.fate FROM transactions AS x JOIN elements AS e USING (id) WHERE x.status = 'committed' AND e.fate <> 'acknowledged' AND NOT e.present
  UNION ALL
  SELECT id, NULL FROM (FROM transactions ANTI JOIN elements USING (id)) ANTI JOIN truth_ids USING (id) WHERE status = 'committed' AND (SELECT usable FROM truth)
) AS x CROSS JOIN truth AS t
GROUP BY t.copy, x.fate
UNION ALL
SELECT copy, format('{:,} ok answers name copy "{}", which is none of the copies in run.json: its final state is not known', sum(ok)::BIGINT, copy)
FROM answerers ANTI JOIN copies USING (copy) WHERE copy IS NOT NULL GROUP BY copy
UNION ALL
SELECT copy, format('copy "{}" was seen writable, and is none of the copies in run.json: its final state is not known', copy)
FROM copy_samples ANTI JOIN copies USING (copy) WHERE up AND writable GROUP BY copy
UNION ALL
-- a server without a name would pass for a copy that answered nothing; where none has one, nobody gave them any
SELECT NULL, format('{:,} of {:,} answers of the database name their server, but not their copy: what a copy answered cannot be held against it', nameless, total)
FROM (SELECT count(*) FILTER (copy IS NULL) AS nameless, count(*) AS total FROM ops WHERE outcome = 'ok' AND system IS NOT NULL)
WHERE nameless BETWEEN 1 AND total - 1
UNION ALL
SELECT l.copy, format('the last acknowledged writes were served by copy "{}", but the truth is "{}"', l.copy, t.copy)
FROM last_acks AS l CROSS JOIN truth AS t WHERE l.copy <> t.copy
UNION ALL
SELECT t.copy, format('copy "{}" is the truth, but was not writable when last sampled', t.copy)
FROM truth AS t JOIN last_samples AS s ON s.copy = t.copy WHERE NOT s.writable
UNION ALL
SELECT s.copy, format('copy "{}" was writable with a higher epoch or timeline than the truth when last sampled', s.copy)
FROM last_samples AS s JOIN truth AS t ON s.copy <> t.copy JOIN last_samples AS own ON own.copy = t.copy
WHERE s.writable AND coalesce(s.epoch > own.epoch, s.timeline > own.timeline, false)
UNION ALL
SELECT c.copy, format('copy "{}" and the truth cannot be compared by "{}": only one of the two final states has it', c.copy, c.name)
FROM (UNPIVOT final_shapes ON version, value, epoch, completions INTO NAME name VALUE has) AS c
JOIN (UNPIVOT final_shapes ON version, value, epoch, completions INTO NAME name VALUE has) AS t
  ON t.copy = (SELECT copy FROM truth) AND t.name = c.name
WHERE c.copy <> t.copy AND c.has <> t.has;
