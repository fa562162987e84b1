-- What known.sql describes, for one part of the elements: `in_part` says which. What groups or joins a hundred million at once does not fit into memory.
CREATE OR REPLACE TEMP TABLE sighted AS
SELECT o.id, min(o."end") AS "at"
FROM (
  SELECT id, "end" FROM ops WHERE found AND (op = 'read' AND outcome = 'ok' AND role IS DISTINCT FROM 'replica' OR op = 'add') AND in_part(id)
  UNION ALL
  SELECT id, "end" FROM list_sightings WHERE asked = 'primary' AND in_part(id)
) AS o LEFT JOIN (FROM elements WHERE in_part(id)) AS e USING (id)
WHERE e.acked_at IS NULL OR o."end" < e.acked_at
GROUP BY o.id;

CREATE OR REPLACE TEMP TABLE never_added AS FROM sighted ANTI JOIN elements USING (id);

INSERT INTO known
SELECT e.id, coalesce(s."at", e.acked_at), e.acked_at, NOT (SELECT usable FROM truth) OR e.present
FROM elements AS e LEFT JOIN sighted AS s USING (id)
WHERE in_part(e.id) AND (e.acked_at IS NOT NULL OR s."at" IS NOT NULL)
UNION ALL
SELECT id, "at", NULL, true FROM (FROM never_added SEMI JOIN truth_ids USING (id))
UNION ALL
SELECT id, "at", NULL, NOT (SELECT usable FROM truth) FROM (FROM never_added ANTI JOIN truth_ids USING (id));

CREATE OR REPLACE TEMP VIEW part_reads AS
SELECT k.rowid AS element, k."at" AS known, k.acked_at, k.judged, r.start, r."end", r.found, r.role, coalesce(r.copy, '?')::answering_copy AS copy
FROM ops AS r JOIN (SELECT rowid, * FROM known WHERE in_part(id)) AS k USING (id)
WHERE r.op = 'read' AND r.outcome = 'ok' AND r.found IS NOT NULL AND in_part(r.id);

INSERT INTO refutations SELECT DISTINCT element, copy FROM part_reads WHERE start > acked_at;

INSERT INTO asked
SELECT element, copy, any_value(known), count(*) FILTER (WHERE start > known AND NOT found),
  coalesce(max(start - known) FILTER (WHERE start > known AND NOT found), 0),
  max("end") FILTER (WHERE start > known AND NOT found), min("end") FILTER (WHERE found)
FROM part_reads WHERE role = 'replica' AND judged
GROUP BY element, copy HAVING max(start) > any_value(known);
