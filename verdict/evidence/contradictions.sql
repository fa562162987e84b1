-- Looks that contradict what the same copy answered. A look may be a little older or younger than it says, so that spans of looks begin and end 100 ms inside; a look that waited in
-- vain contradicts nothing, nor does one that finds a copy down while a fault lasts: clients may reach it on another way.
CREATE TABLE contradictions AS
WITH told AS (
  -- copies that answered writes, as looks show them: a span is of looks that say the same, none more than 1 s from the next
  SELECT copy, span, writable, system, timeline, epoch, min("at" + took) + 100000 AS since, max("at") - 100000 AS until
  FROM (
    SELECT *, sum(opens::INT) OVER (PARTITION BY copy ORDER BY "at") AS span
    FROM (
      SELECT *, ("at" - lag("at") OVER w > 1000000 OR (up, writable, system, timeline, epoch) IS DISTINCT FROM lag((up, writable, system, timeline, epoch)) OVER w) IS NOT FALSE AS opens
      FROM copy_samples SEMI JOIN terms USING (copy) WINDOW w AS (PARTITION BY copy ORDER BY "at")))
  WHERE up GROUP BY ALL HAVING since < until
), suspects AS (
  SELECT DISTINCT s.copy, s.since, s.until, t.system, t.timeline, t.epoch
  FROM told AS s JOIN terms AS t ON t.copy = s.copy AND t.first_end < s.until AND t.last_start > s.since
  WHERE NOT s.writable OR s.system <> t.system OR s.timeline <> t.timeline OR s.epoch <> t.epoch
), refused AS (
  SELECT copy, phase, min("at" + took) + 100000 AS since, max("at") - 100000 AS until
  FROM (
    SELECT *, sum(opens::INT) OVER (PARTITION BY copy, phase ORDER BY "at") AS span
    FROM (
      SELECT *, ("at" - lag("at") OVER w > 1000000 OR down IS DISTINCT FROM lag(down) OVER w) IS NOT FALSE AS opens
      FROM (SELECT copy, "at", took, NOT up AND took < 250000 AS down, phase_of("at") AS phase FROM copy_samples)
      WINDOW w AS (PARTITION BY copy, phase ORDER BY "at")))
  WHERE down AND phase <> 'during' GROUP BY copy, phase, span HAVING until - since >= 1800000 AND count(*) >= 5
)
SELECT s.copy, NULL::VARCHAR AS phase, 'state' AS why, count(*) AS answers, min(o.start) AS start
FROM suspects AS s JOIN ops AS o ON o.copy = s.copy AND o.start > s.since AND o."end" < s.until
  AND o.system IS NOT DISTINCT FROM s.system AND o.timeline IS NOT DISTINCT FROM s.timeline AND o.epoch IS NOT DISTINCT FROM s.epoch
WHERE o.outcome = 'ok' AND o.op IN ('add', 'put') GROUP BY s.copy
UNION ALL
SELECT r.copy, r.phase::VARCHAR, 'down', count(*), min(o.start)
FROM refused AS r JOIN ops AS o ON o.copy = r.copy AND o.start > r.since AND o."end" < r.until
WHERE o.outcome = 'ok' GROUP BY r.copy, r.phase HAVING count(*) >= 10;
