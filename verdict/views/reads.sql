-- Missed: elements that some read of a replica did not show; `seen_later`: the end of the first read that saw it after the last of those.
CREATE TABLE missed AS SELECT a.*, k.id FROM asked AS a JOIN known AS k ON k.rowid = a.element WHERE a.stale > 0;
CREATE TABLE seen_later AS
SELECT m.element, m.copy, min(r."end") AS seen
FROM missed AS m JOIN ops AS r ON r.id = m.id AND coalesce(r.copy, '?') = m.copy::VARCHAR AND r.start > m.missed
WHERE r.op IN ('read', 'get') AND r.outcome = 'ok' AND r.found AND r.role = 'replica'
GROUP BY m.element, m.copy;

-- Pairs of an element and a replica: it stayed invisible there for `upper` at most, up to the end of the first read that saw it for good (NULL: none did).
CREATE VIEW pairs AS
SELECT copy, known, stale, lag, greatest(seen - known, 0) AS upper FROM asked WHERE stale = 0
UNION ALL
SELECT m.copy, m.known, m.stale, m.lag, l.seen - m.known FROM missed AS m LEFT JOIN seen_later AS l USING (element, copy);

-- Stale reads: began after the element was known, and did not show it. Those of keys are added by gets.sql. `seen`: the version shown, -1 for none.
INSERT INTO stale_reads
SELECT r.line, r.id, r.copy, coalesce(r.role::VARCHAR, 'primary'), r.token, r.start, k."at", -1
FROM ops AS r JOIN known AS k USING (id)
WHERE r.op = 'read' AND r.outcome = 'ok' AND NOT r.found AND r.start > k."at" AND k.judged;

-- Reads that showed less than an earlier one may have shown.
INSERT INTO lesser_reads
WITH missing AS (
  FROM ops WHERE op = 'read' AND outcome = 'ok' AND NOT found
), judged AS (
  FROM missing SEMI JOIN truth_ids USING (id) WHERE (SELECT usable FROM truth)
  UNION ALL
  FROM missing WHERE NOT (SELECT usable FROM truth)
)
SELECT line, id, client, start, "end", copy, coalesce(role::VARCHAR, 'primary'), token, -1 FROM judged;
