-- Refuting gets: of a key of which some version was known when they began.
INSERT INTO refuting
SELECT DISTINCT phase_of(g.start), coalesce(g.role::VARCHAR, 'primary'), g.op, g.copy IS NOT NULL
FROM ops AS g JOIN (SELECT id, min(known) AS known FROM known_versions GROUP BY id) AS k USING (id)
WHERE g.op = 'get' AND g.outcome = 'ok' AND (NOT g.found OR g.version IS NOT NULL) AND g.start > k.known;
