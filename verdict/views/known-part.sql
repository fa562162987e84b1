-- What known.sql describes, for one part of the elements: `in_part` says which. What groups or joins a hundred million at once does not fit into memory.
-- Sightings before the ack, or of what had none: few. Those that ended before the element was sent are for unwritten.sql.
CREATE OR REPLACE TEMP TABLE early AS
SELECT o.line, o.id, o."end", o.of_primary, coalesce(e.id, t.id) IS NOT NULL AS named, coalesce(o."end" >= least(e.sent, t.sent), false) AS sent
FROM (
  SELECT line, id, "end", role IS DISTINCT FROM 'replica' AS of_primary FROM ops WHERE found AND (op = 'read' AND outcome = 'ok' OR op = 'add') AND in_part(id)
  UNION ALL
  SELECT line, id, "end", asked = 'primary' FROM list_sightings WHERE in_part(id)
) AS o LEFT JOIN (FROM elements WHERE in_part(id)) AS e USING (id) LEFT JOIN two_kinds AS t ON t.id = o.id
WHERE e.acked_at IS NULL OR o."end" < e.acked_at;

INSERT INTO early_sightings SELECT line, id, "end" FROM early WHERE NOT sent;

CREATE OR REPLACE TEMP TABLE sighted AS
SELECT id, min("end") AS "at" FROM (
  SELECT id, "end" FROM early WHERE of_primary AND (sent OR NOT named)
  UNION ALL
  SELECT id, "end" FROM puts SEMI JOIN two_kinds USING (id) WHERE acked AND in_part(id)
  UNION ALL
  SELECT id, "end" FROM gets SEMI JOIN two_kinds USING (id) WHERE asked = 'primary' AND seen >= 0 AND in_part(id)
) GROUP BY id;

CREATE OR REPLACE TEMP TABLE never_added AS FROM sighted ANTI JOIN elements USING (id);

INSERT INTO known
SELECT e.id, least(s."at", e.acked_at), e.acked_at, NOT (SELECT usable FROM truth) OR e.present
FROM elements AS e LEFT JOIN sighted AS s USING (id)
WHERE in_part(e.id) AND (e.acked_at IS NOT NULL OR s."at" IS NOT NULL)
UNION ALL
SELECT id, "at", NULL, true FROM (FROM never_added SEMI JOIN truth_ids USING (id))
UNION ALL
SELECT id, "at", NULL, NOT (SELECT usable FROM truth) FROM (FROM never_added ANTI JOIN truth_ids USING (id));

CREATE OR REPLACE TEMP VIEW part_reads AS
SELECT k.rowid AS element, k."at" AS known, k.acked_at, k.judged, r.start, r."end", r.found, r.role, r.site, coalesce(r.copy, '?')::answering_copy AS copy
FROM ops AS r JOIN (SELECT rowid, * FROM known WHERE in_part(id)) AS k USING (id)
WHERE r.op IN ('read', 'get') AND r.outcome = 'ok' AND r.found IS NOT NULL AND in_part(r.id);

INSERT INTO refutations SELECT DISTINCT element, copy FROM part_reads WHERE start > acked_at;

INSERT INTO asked
SELECT element, copy, any_value(known), count(*) FILTER (WHERE start > known AND NOT found),
  coalesce(max(start - known) FILTER (WHERE start > known AND NOT found), 0),
  max("end") FILTER (WHERE start > known AND NOT found), min("end") FILTER (WHERE found)
FROM part_reads WHERE role = 'replica' AND judged
GROUP BY element, copy HAVING max(start) > any_value(known);

INSERT INTO asked_bins
SELECT coalesce(role::VARCHAR, 'primary'), site, copy, phase_of(start), start // 100000, count(*), min(start - known)
FROM part_reads WHERE start > known AND judged AND phase_of(start) IS NOT NULL GROUP BY ALL;

INSERT INTO asked_again
SELECT DISTINCT coalesce(role::VARCHAR, 'primary'), copy, element
FROM part_reads WHERE acked_at < (SELECT min(applied) FROM faults) AND start > (SELECT max(coalesce(gone, 9007199254740991)) FROM faults);
