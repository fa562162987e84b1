-- never-read: fewer acknowledged elements than the floor `coverage` asks were open to refutation by a read: one that was ok and began after the ack.
-- Returns the elements that no read could have refuted, over all (scope '') or of the phase of their ack.
SELECT s.name AS scope, NULL::DOUBLE AS worst, s.message, nullif(s.name, '') AS phase, e.id, e.fate, e.started AS start
FROM short_coverage AS s
JOIN (FROM elements ANTI JOIN (SELECT k.id FROM known AS k JOIN refutations AS r ON r.element = k.rowid) AS refuted USING (id) WHERE fate = 'acknowledged') AS e
  ON s.per = '' OR s.name = phase_of(e.acked_at)::VARCHAR
