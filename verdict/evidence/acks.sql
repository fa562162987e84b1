-- Acknowledgements and reads that are too few to show a loss or a stale read.
CREATE VIEW covered AS
SELECT e.id, phase_of(e.acked_at) AS phase, coalesce(bool_or(p.refutable), false) AS refutable
FROM elements AS e LEFT JOIN pairs AS p USING (id)
WHERE e.fate = 'acknowledged' GROUP BY e.id, e.acked_at;

CREATE VIEW unmet_acks AS
WITH acks AS (
  SELECT phase_of(acked_at) AS phase, acked_at FROM elements WHERE fate = 'acknowledged'
), coverage AS (
  SELECT NULL::phase_name AS phase, count(*) AS acknowledged, count(*) FILTER (WHERE refutable) AS refutable FROM covered
  UNION ALL
  SELECT phase, count(*), count(*) FILTER (WHERE refutable) FROM covered WHERE phase IS NOT NULL GROUP BY phase HAVING count(*) >= 20
), first_of_overlapping AS (
  SELECT * FROM faults AS f WHERE applied IS NOT NULL AND NOT EXISTS (
    FROM faults AS other WHERE other.nr <> f.nr AND other.applied < f.applied AND coalesce(other.gone, 9223372036854775807) > f.applied)
)
SELECT NULL::VARCHAR AS phase, NULL::BIGINT AS start, 'adds were offered, but none was acknowledged as replicated: nothing could be lost' AS message
WHERE EXISTS (FROM elements) AND NOT EXISTS (FROM acks)
UNION ALL
SELECT p.name::VARCHAR, NULL, format('no add was acknowledged as replicated in "{}"', p.name)
FROM phases AS p CROSS JOIN floors
WHERE addsPerSecond > 0 AND p.name IN ('before', 'after') AND EXISTS (FROM acks) AND NOT EXISTS (FROM acks WHERE acks.phase = p.name)
UNION ALL
SELECT NULL, f.applied, format('{} adds were acknowledged in the last 100 ms before fault "{}" on {} was applied; at least {} are needed to show a loss',
  count(a.acked_at), f.fault, f.target, any_value(acksBeforeFault))
FROM first_of_overlapping AS f CROSS JOIN floors
LEFT JOIN acks AS a ON a.acked_at > f.applied - 100000 AND a.acked_at <= f.applied
GROUP BY f.nr, f.applied, f.fault, f.target HAVING count(a.acked_at) < any_value(acksBeforeFault)
UNION ALL
SELECT c.phase::VARCHAR, NULL, format('reads could refute {:,} of {:,} acknowledged elements{} ({:.0f} %), the floor is {:.0f} %',
  refutable, acknowledged, CASE WHEN c.phase IS NULL THEN '' ELSE format(' of "{}"', c.phase) END,
  100 * refutable / acknowledged, 100 * coverage)
FROM coverage AS c CROSS JOIN floors WHERE acknowledged > 0 AND refutable < coverage * acknowledged;
