-- Known: when each element was first known to exist: its ack, or the end of a read of the primary that saw it.
-- Elements absent from the truth are not judged here: lost, unexpected and phantom speak of them.
CREATE TABLE known AS
SELECT id, min("at") AS "at", min(acked_at) AS acked_at, NOT (SELECT usable FROM truth) OR any_value(truth_ids.id) IS NOT NULL AS judged
FROM (
  SELECT id, acked_at AS "at", acked_at FROM elements WHERE acked_at IS NOT NULL
  UNION ALL
  SELECT id, "end", NULL FROM ops WHERE op = 'read' AND outcome = 'ok' AND found AND role IS DISTINCT FROM 'replica'
) LEFT JOIN truth_ids USING (id)
GROUP BY id;

-- Pairs: for each element, and each copy asked about it, how long at least it stayed invisible there; 0 when every read saw it.
CREATE TABLE pairs AS
SELECT r.id, coalesce(r.role, 'primary') AS asked, coalesce(r.copy, '?') AS copy, any_value(k.judged) AS judged,
  count(*) FILTER (WHERE r.start > k."at") AS reads,
  count(*) FILTER (WHERE r.start > k."at" AND NOT r.found) AS stale,
  coalesce(bool_or(r.start > k.acked_at), false) AS refutable,
  coalesce(max(r.start - k."at") FILTER (WHERE r.start > k."at" AND NOT r.found), 0) AS lag
FROM ops AS r JOIN known AS k USING (id)
WHERE r.op = 'read' AND r.outcome = 'ok' AND r.found IS NOT NULL
GROUP BY ALL;

-- Known versions of keys: acknowledged puts, and reads of the primary; what the truth lacks is left to other classes.
CREATE TABLE known_versions AS
SELECT v.id, v."at", v.version, max(v.version) OVER (PARTITION BY v.id ORDER BY v."at" RANGE UNBOUNDED PRECEDING) AS highest
FROM (
  SELECT id, "end" AS "at", coalesce(version, 0) AS version FROM ops WHERE op = 'put' AND acked
  UNION ALL
  SELECT id, "end", coalesce(version, 0) FROM ops WHERE op = 'get' AND outcome = 'ok' AND found AND role IS DISTINCT FROM 'replica'
) AS v LEFT JOIN (SELECT id, min(version) AS version FROM truth_rows GROUP BY id) AS t USING (id)
WHERE NOT (SELECT usable FROM truth) OR (t.id IS NOT NULL AND coalesce(t.version >= v.version, true));

-- Stale reads: began after the element (or the version) was known, and did not show it.
CREATE TABLE stale_reads AS
WITH late_gets AS (
  SELECT g.line, g.id, g.copy, g.role, g.token, g.start, CASE WHEN g.found THEN coalesce(g.version, 0) END AS seen
  FROM ops AS g ASOF JOIN known_versions AS k ON k.id = g.id AND g.start > k."at"
  WHERE g.op = 'get' AND g.outcome = 'ok' AND g.found IS NOT NULL
    AND (NOT g.found OR coalesce(g.version, 0) < k.highest)
)
SELECT r.line, r.id, r.copy, coalesce(r.role, 'primary') AS asked, r.token, r.start, k."at" AS known
FROM ops AS r JOIN known AS k USING (id)
WHERE r.op = 'read' AND r.outcome = 'ok' AND NOT r.found AND r.start > k."at" AND k.judged
UNION ALL
SELECT g.line, g.id, g.copy, coalesce(g.role, 'primary'), g.token, g.start, min(k."at")
FROM late_gets AS g JOIN known_versions AS k ON k.id = g.id AND k."at" < g.start AND (g.seen IS NULL OR k.version > g.seen)
GROUP BY ALL;
