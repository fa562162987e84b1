-- Acknowledgements and reads that are too few to show a loss or a stale read.
CREATE TABLE coverage_counts AS
WITH refuted AS (
  SELECT DISTINCT id FROM pairs WHERE refutable
), by_phase AS (
  SELECT phase_of(acked_at) AS phase, count(*) AS acknowledged, count(refuted.id) AS refutable
  FROM elements LEFT JOIN refuted USING (id) WHERE fate = 'acknowledged' GROUP BY 1
)
SELECT '' AS per, '' AS name, coalesce(sum(acknowledged), 0)::BIGINT AS acknowledged, coalesce(sum(refutable), 0)::BIGINT AS refutable FROM by_phase
UNION ALL
SELECT 'phase', phase::VARCHAR, acknowledged, refutable FROM by_phase WHERE phase IS NOT NULL
UNION ALL
SELECT 'copy', copy, (SELECT sum(acknowledged) FROM by_phase)::BIGINT, count(DISTINCT id) FROM pairs WHERE refutable GROUP BY copy;

CREATE VIEW unmet_acks AS
WITH acks AS (
  SELECT phase_of(acked_at) AS phase, acked_at FROM elements WHERE fate = 'acknowledged'
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
SELECT NULL, f.applied, format('{} adds were acknowledged in the last 100 ms before fault "{}" on {} began to be applied; at least {} are needed to show a loss',
  count(a.acked_at), f.fault, f.target, any_value(acksBeforeFault))
FROM first_of_overlapping AS f CROSS JOIN floors
LEFT JOIN acks AS a ON a.acked_at > coalesce(f.began, f.applied) - 100000 AND a.acked_at <= coalesce(f.began, f.applied)
GROUP BY f.nr, f.applied, f.fault, f.target HAVING count(a.acked_at) < any_value(acksBeforeFault)
UNION ALL
SELECT nullif(c.name, ''), NULL, format('reads could refute {:,} of {:,} acknowledged elements{} ({:.0f} %), the floor is {:.0f} %',
  refutable, acknowledged, CASE c.per WHEN '' THEN '' ELSE format(' of "{}"', c.name) END, 100 * refutable / acknowledged, 100 * coverage)
FROM coverage_counts AS c CROSS JOIN floors
-- a phase with a handful of acks says little about its reads
WHERE refutable < coverage * acknowledged AND (c.per = '' OR c.per = 'phase' AND acknowledged >= 20)
UNION ALL
SELECT NULL, min(start), format('{:,} operations carry a token that is not "system:timeline:epoch:lsn": what they demanded cannot be judged', count(*))
FROM ops WHERE token IS NOT NULL AND token_parts(token).lsn = '' HAVING count(*) > 0;
