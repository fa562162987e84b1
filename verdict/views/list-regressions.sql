-- Lists that go back: a walk of a replica that came to the end of what its copy could show lacks an element that an earlier page of that copy had shown
-- before that last page began, without a restart between. What a page showed once, no open transaction holds back later. Of the primary it is a skip.
INSERT INTO regressions
WITH ends AS (
  SELECT e.nr, e.line, e.start, e.copy, coalesce(r.nr, 0) AS life
  FROM (SELECT * FROM walked WHERE NOT "full" AND asked = 'replica' AND copy IS NOT NULL QUALIFY row_number() OVER (PARTITION BY nr ORDER BY start DESC, "end" DESC) = 1) AS e
  ASOF LEFT JOIN numbered_restarts AS r ON r.copy = e.copy AND e."end" > r.previous_at
), sighted AS MATERIALIZED (
  SELECT s.copy, coalesce(r.nr, 0) AS life, s.id, min(s."end") AS "at"
  FROM (FROM list_sightings WHERE copy IN (SELECT copy FROM ends) AND (NOT (SELECT usable FROM truth) OR id IN (FROM truth_ids))) AS s
  ASOF LEFT JOIN numbered_restarts AS r ON r.copy = s.copy AND s.start >= r.over
  GROUP BY s.copy, coalesce(r.nr, 0), s.id
), shown AS MATERIALIZED (
  SELECT DISTINCT w.nr, s.id FROM walked AS w JOIN list_sightings AS s USING (line) SEMI JOIN ends ON ends.nr = w.nr
), by_time AS (
  SELECT copy, life, "at", sum(count(*)) OVER (PARTITION BY copy, life ORDER BY "at")::BIGINT AS total FROM sighted GROUP BY copy, life, "at"
), got AS (
  SELECT e.nr, count(*) AS total FROM ends AS e JOIN shown AS s USING (nr) JOIN sighted AS g ON g.copy = e.copy AND g.life = e.life AND g.id = s.id
  WHERE g."at" < e.start GROUP BY e.nr
), short AS (
  SELECT e.* FROM ends AS e ASOF JOIN by_time AS t ON t.copy = e.copy AND t.life = e.life AND e.start > t."at" LEFT JOIN got AS g USING (nr)
  WHERE t.total > coalesce(g.total, 0)
)
SELECT s.line, m.id, 'copy', m."at", -1
FROM (FROM short ANTI JOIN (SELECT nr FROM walked SEMI JOIN skips USING (line)) AS skipping USING (nr)) AS s JOIN sighted AS m ON m.copy = s.copy AND m.life = s.life AND m."at" < s.start
ANTI JOIN shown AS own ON own.nr = s.nr AND own.id = m.id
QUALIFY row_number() OVER (PARTITION BY s.line ORDER BY m."at", m.id) = 1;
