-- Wrong rows: reads that found an element, and showed the row of another transaction than its add named. Left out are elements that were sent more than
-- once: the row may be that of another attempt. For one part of the elements.
INSERT INTO wrong_rows
SELECT r.line, a.line, coalesce(r.role::VARCHAR, 'primary')
FROM ops AS r JOIN (
  SELECT id, any_value(line) AS line, any_value(payload) AS xid FROM ops WHERE op = 'add' AND in_part(id) GROUP BY id HAVING count(*) = 1 AND bool_and(outcome = 'ok') AND any_value(payload) IS NOT NULL
) AS a USING (id)
WHERE r.op = 'read' AND r.outcome = 'ok' AND r.found AND r.payload <> a.xid AND in_part(r.id) AND NOT EXISTS (FROM two_kinds AS t WHERE t.id = r.id);
