-- Skips: walks that never showed an element whose position they had passed, judged over elements present in the truth and known (acknowledged, or
-- seen at the primary). Positions follow commits: an element known before another was begun stands before it. A walk has passed
-- 1. what was known before it showed an element that was begun later;
-- 2. when its last page was not full: what some page of the primary had shown before that page began (nothing holds that back any more),
--    and what was known before every write that may have been open then was begun. Transactions that the record cannot name, those of the
--    workers of a platform with jobs, may hold a list back as well: there the second part is not judged.
-- A page of a replica is held back by its replay too, so that its walks are judged by 1 alone. One row a walk; `skipped`: how many elements.
INSERT INTO skips
WITH shown AS MATERIALIZED (
  SELECT DISTINCT w.nr, i.id FROM walked AS w JOIN list_sightings AS i USING (line)
), listed AS (
  SELECT id, min("end") AS "at" FROM list_sightings WHERE asked = 'primary' GROUP BY id
), judged AS MATERIALIZED (
  SELECT k.id, k."at" AS known, l."at" AS listed
  FROM known AS k JOIN elements AS e USING (id) LEFT JOIN listed AS l USING (id) WHERE e.present
), walks AS (
  SELECT w.nr, bool_or(w.asked = 'replica') AS replica, max(w.start) FILTER (NOT "full") AS reached,
    max(e.started) AS begun, count(e.started) = 0 AND count(i.id) > 0 AS other
  FROM walked AS w LEFT JOIN list_sightings AS i USING (line) LEFT JOIN elements AS e ON e.id = i.id
  GROUP BY w.nr
), held AS (
  -- when the oldest write was begun that may have been open at a moment or later
  SELECT "end", min(start) OVER (ORDER BY "end" DESC ROWS UNBOUNDED PRECEDING) AS since
  FROM (SELECT "end", min(start) AS start FROM ops WHERE op IN ('add', 'put') AND outcome <> 'unknown' GROUP BY "end")
), passed AS MATERIALIZED (
  SELECT w.nr, w.replica, CASE WHEN NOT replica THEN w.reached END AS reached, greatest(coalesce(w.begun, -9007199254740992), CASE
      WHEN NOT replica AND w.reached IS NOT NULL AND NOT (SELECT coalesce(bool_or(completions), false) FROM final_shapes)
      THEN least(w.reached, coalesce(h.since, 9007199254740992),
        (SELECT coalesce(min(start), 9007199254740992) FROM ops WHERE op IN ('add', 'put') AND outcome = 'unknown'))
      ELSE -9007199254740992 END) AS bound
  FROM walks AS w ASOF LEFT JOIN held AS h ON w.reached <= h."end"
  WHERE NOT w.other
), by_known AS (
  SELECT known, sum(count(*)) OVER (ORDER BY known)::BIGINT AS total FROM judged GROUP BY known
), by_listed AS (
  SELECT listed, sum(count(*)) OVER (ORDER BY listed)::BIGINT AS total FROM judged WHERE listed IS NOT NULL GROUP BY listed
), expected AS (
  SELECT p.*, coalesce(k.total, 0) AS known_before, coalesce(l.total, 0) AS listed_before
  FROM passed AS p ASOF LEFT JOIN by_known AS k ON k.known < p.bound ASOF LEFT JOIN by_listed AS l ON l.listed < p.reached
), got AS (
  SELECT p.nr, count(*) FILTER (WHERE j.known < p.bound) AS known_before, count(*) FILTER (WHERE j.listed < p.reached) AS listed_before
  FROM passed AS p JOIN shown AS s USING (nr) JOIN judged AS j ON j.id = s.id GROUP BY p.nr
), short AS MATERIALIZED (
  SELECT e.*, row_number() OVER (PARTITION BY e.replica ORDER BY w.first, e.nr) AS place, w.tokens
  FROM expected AS e LEFT JOIN got AS g USING (nr)
  JOIN (SELECT nr, min(start) AS first, bool_or(token IS NOT NULL) AS tokens FROM walked GROUP BY nr) AS w USING (nr)
  WHERE e.known_before > coalesce(g.known_before, 0) OR e.listed_before > coalesce(g.listed_before, 0)
), missing AS (
  -- the elements themselves, for the walks that are shown and those that carry tokens
  SELECT s.nr, j.id, j.known FROM short AS s JOIN judged AS j ON j.known < s.bound OR j.listed < s.reached
  ANTI JOIN shown ON shown.nr = s.nr AND shown.id = j.id
  WHERE s.place <= 10 OR s.tokens
), demanded AS (
  SELECT DISTINCT m.nr FROM missing AS m
  JOIN (SELECT nr, token_parts(token) AS demand FROM walked WHERE token IS NOT NULL) AS w ON w.nr = m.nr
  JOIN ops AS a ON a.op = 'add' AND a.acked AND a.id = m.id
  WHERE a.system = w.demand.system AND a.timeline::VARCHAR = w.demand.timeline AND coalesce(a.epoch::VARCHAR = w.demand.epoch, true)
    AND lsn_bytes(a.lsn) <= lsn_bytes(w.demand.lsn)
)
SELECT CASE WHEN NOT s.replica THEN 'primary' WHEN d.nr IS NOT NULL THEN 'token' ELSE 'replica' END,
  p.line, greatest(s.known_before - coalesce(g.known_before, 0), s.listed_before - coalesce(g.listed_before, 0)), m.id, m.known
FROM short AS s LEFT JOIN got AS g USING (nr) LEFT JOIN demanded AS d USING (nr)
LEFT JOIN (SELECT nr, arg_min(id, (known, id)) AS id, min(known) AS known FROM missing GROUP BY nr) AS m USING (nr)
-- the page that passed it: the last of the walk
JOIN (SELECT nr, arg_max(line, (start, "end")) AS line FROM walked GROUP BY nr) AS p USING (nr);
