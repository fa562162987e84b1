-- Doubts about the copy that decides, and final states that are missing.
CREATE VIEW last_acks AS
-- the latest acknowledged add by its start, and by its end, if the record says who served it
SELECT copy FROM ops WHERE op = 'add' AND acked AND copy IS NOT NULL
QUALIFY row_number() OVER (ORDER BY start DESC, "end" DESC, id) = 1
UNION
SELECT copy FROM ops WHERE op = 'add' AND acked AND copy IS NOT NULL
QUALIFY row_number() OVER (ORDER BY "end" DESC, start DESC, id) = 1;

CREATE VIEW last_samples AS
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
SELECT l.copy, format('the last acknowledged adds were served by copy "{}", but the truth is "{}"', l.copy, t.copy)
FROM last_acks AS l CROSS JOIN truth AS t WHERE l.copy <> t.copy
UNION ALL
SELECT t.copy, format('copy "{}" is the truth, but was not writable when last sampled', t.copy)
FROM truth AS t JOIN last_samples AS s ON s.copy = t.copy WHERE NOT s.writable
UNION ALL
SELECT s.copy, format('copy "{}" was writable with a higher epoch or timeline than the truth when last sampled', s.copy)
FROM last_samples AS s JOIN truth AS t ON s.copy <> t.copy JOIN last_samples AS own ON own.copy = t.copy
WHERE s.writable AND coalesce(s.epoch > own.epoch, s.timeline > own.timeline, false)
UNION ALL
SELECT c.copy, format('copy "{}" and the truth cannot be compared by "{}": only one of the two final states has it', c.copy, d.name)
FROM copies AS c
JOIN (SELECT copy, unnest([{name: 'version', has: count(version) > 0}, {name: 'value', has: count(value) > 0},
  {name: 'epoch', has: count(epoch) > 0}, {name: 'completions', has: count(completions) > 0}], recursive := true) FROM final_rows GROUP BY copy) AS d
  ON d.copy = c.copy
JOIN (SELECT copy, unnest([{name: 'version', has: count(version) > 0}, {name: 'value', has: count(value) > 0},
  {name: 'epoch', has: count(epoch) > 0}, {name: 'completions', has: count(completions) > 0}], recursive := true) FROM final_rows GROUP BY copy) AS own
  ON own.copy = (SELECT copy FROM truth) AND own.name = d.name
WHERE c.copy <> own.copy AND own.has <> d.has;
