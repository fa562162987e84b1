-- Ids of two kinds: added, read or listed, and put or got as well. They are one thing: what one kind of call shows, the other must. `sent`: when the first
-- write began that may have taken effect; `absent`: a put named it, and the truth lacks it.
INSERT INTO two_kinds
WITH shared AS (
  SELECT DISTINCT id FROM ops SEMI JOIN (SELECT id FROM ops WHERE op IN ('add', 'read') UNION ALL SELECT id FROM list_sightings) AS plain USING (id) WHERE op IN ('put', 'get')
)
SELECT id, min(start) FILTER (outcome <> 'failed'), (SELECT usable FROM truth) AND bool_or(op = 'put') AND id NOT IN (FROM truth_ids)
FROM shared LEFT JOIN (FROM ops WHERE op IN ('add', 'put')) AS w USING (id) GROUP BY id;

-- What reads, lists and adds showed of them, if something had been sent by then.
INSERT INTO plain_sightings
SELECT s.* FROM (
  SELECT line, id, client, start, "end", copy, coalesce(role::VARCHAR, 'primary') AS asked FROM ops SEMI JOIN two_kinds USING (id)
  WHERE found AND (op = 'read' AND outcome = 'ok' OR op = 'add' AND outcome <> 'ok')
  UNION ALL
  SELECT line, id, client, start, "end", copy, asked FROM list_sightings SEMI JOIN two_kinds USING (id)
) AS s JOIN two_kinds AS t USING (id) WHERE s."end" >= t.sent;
