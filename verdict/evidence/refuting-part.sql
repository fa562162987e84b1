-- Refuting reads among all, for one part of the elements: `in_part` says which.
INSERT INTO refuting
SELECT DISTINCT phase_of(r.start), coalesce(r.role::VARCHAR, 'primary'), r.op, r.copy IS NOT NULL
FROM ops AS r JOIN (FROM known WHERE in_part(id) AND judged) AS k USING (id)
WHERE r.op = 'read' AND r.outcome = 'ok' AND r.found IS NOT NULL AND in_part(r.id) AND r.start > k."at";
