-- Known: when each element was first known to exist: its ack, or the end of a read of the primary (or of an add) that saw it.
-- Elements absent from the truth are not judged here: lost, unexpected and phantom speak of them.
CREATE TABLE known AS
SELECT id, min("at") AS "at", min(acked_at) AS acked_at, NOT (SELECT usable FROM truth) OR any_value(truth_ids.id) IS NOT NULL AS judged
FROM (
  SELECT id, acked_at AS "at", acked_at FROM elements WHERE acked_at IS NOT NULL
  UNION ALL
  SELECT id, "end", NULL FROM ops WHERE found AND (op = 'read' AND outcome = 'ok' AND role IS DISTINCT FROM 'replica' OR op = 'add')
  UNION ALL
  SELECT id, "end", NULL FROM list_sightings WHERE asked = 'primary'
) LEFT JOIN truth_ids USING (id)
GROUP BY id;

-- Pairs: for each element, and each copy asked about it, how long it stayed invisible there: at least `lag`, up to the last read that
-- missed it (0 when every read saw it), at most `upper`, up to the end of the first read after that which saw it (NULL: none did).
CREATE TABLE pairs AS
WITH asked AS (
  SELECT r.id, coalesce(r.role, 'primary') AS asked, coalesce(r.copy, '?') AS copy, any_value(k.judged) AS judged, any_value(k."at") AS known,
    count(*) FILTER (WHERE r.start > k."at") AS reads,
    count(*) FILTER (WHERE r.start > k."at" AND NOT r.found) AS stale,
    coalesce(bool_or(r.start > k.acked_at), false) AS refutable,
    coalesce(max(r.start - k."at") FILTER (WHERE r.start > k."at" AND NOT r.found), 0) AS lag,
    max(r."end") FILTER (WHERE r.start > k."at" AND NOT r.found) AS missed,
    min(r."end") FILTER (WHERE r.found) AS seen
  FROM ops AS r JOIN known AS k USING (id)
  WHERE r.op = 'read' AND r.outcome = 'ok' AND r.found IS NOT NULL
  GROUP BY ALL
), seen_later AS (
  SELECT a.id, a.asked, a.copy, min(r."end") AS seen
  FROM asked AS a JOIN ops AS r ON r.id = a.id AND coalesce(r.role, 'primary') = a.asked AND coalesce(r.copy, '?') = a.copy AND r.start > a.missed
  WHERE a.stale > 0 AND a.asked = 'replica' AND r.op = 'read' AND r.outcome = 'ok' AND r.found
  GROUP BY a.id, a.asked, a.copy
)
SELECT a.* EXCLUDE (missed, seen), CASE WHEN a.stale = 0 THEN greatest(a.seen - a.known, 0) ELSE l.seen - a.known END AS upper
FROM asked AS a LEFT JOIN seen_later AS l USING (id, asked, copy);

-- Stale reads: began after the element was known, and did not show it. Those of keys are added by gets.sql. `seen`: the version shown, -1 for none.
INSERT INTO stale_reads
SELECT r.line, r.id, r.copy, coalesce(r.role::VARCHAR, 'primary'), r.token, r.start, k."at", -1
FROM ops AS r JOIN known AS k USING (id)
WHERE r.op = 'read' AND r.outcome = 'ok' AND NOT r.found AND r.start > k."at" AND k.judged;

-- Reads that showed less than an earlier one may have shown.
INSERT INTO lesser_reads
SELECT r.line, r.id, r.client, r.start, r."end", r.copy, coalesce(r.role::VARCHAR, 'primary'), r.token, -1
FROM ops AS r LEFT JOIN truth_ids AS t USING (id)
WHERE r.op = 'read' AND r.outcome = 'ok' AND NOT r.found AND (t.id IS NOT NULL OR NOT (SELECT usable FROM truth));
