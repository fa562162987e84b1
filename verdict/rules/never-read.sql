-- never-read: fewer acknowledged elements than the floor `coverage` asks were open to refutation by a read: one that was ok and began after the ack. Or a copy
-- was asked, after the last fault, for fewer of those that were acknowledged before the first than the floor `askedAgain` asks.
-- Returns the elements that no read could have refuted, over all (scope '') or of the phase of their ack; or those that a copy was not asked for again.
SELECT s.name AS scope, NULL::DOUBLE AS worst, s.message, nullif(s.name, '') AS phase, NULL::VARCHAR AS copy, e.id, e.fate, e.started AS start
FROM short_coverage AS s
JOIN (FROM elements ANTI JOIN (SELECT k.id FROM known AS k JOIN refutations AS r ON r.element = k.rowid) AS refuted USING (id) WHERE fate = 'acknowledged') AS e
  ON s.per = '' OR s.per = 'phase' AND s.name = phase_of(e.acked_at)::VARCHAR
UNION ALL
SELECT 'again ' || s.name, NULL, s.message, NULL, s.name, e.id, e.fate, e.started
FROM short_coverage AS s JOIN copies AS c ON c.copy = s.name JOIN (SELECT rowid AS element, id, acked_at FROM known) AS k ON k.acked_at < (SELECT min(applied) FROM faults)
ANTI JOIN asked_again AS a ON a.element = k.element AND a.copy::VARCHAR = s.name AND a.asked = c.role
JOIN elements AS e ON e.id = k.id
WHERE s.per = 'again'
