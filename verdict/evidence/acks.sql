-- Acknowledgements that are too few to show a loss, and tokens that say nothing.
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
SELECT NULL, f.applied, format('{} adds were acknowledged in the last {:.0f} ms before fault "{}" on {} began to be applied; at least {} are needed to show a loss',
  count(a.acked_at), any_value(acks_within) / 1000, f.fault, f.target, any_value(acksBeforeFault))
FROM first_of_overlapping AS f CROSS JOIN floors CROSS JOIN run
LEFT JOIN acks AS a ON a.acked_at > coalesce(f.began, f.applied) - acks_within AND a.acked_at <= coalesce(f.began, f.applied)
GROUP BY f.nr, f.applied, f.fault, f.target HAVING count(a.acked_at) < any_value(acksBeforeFault)
UNION ALL
SELECT NULL, min(start), format('{:,} operations carry a token that is not "system:timeline:epoch:lsn": what they demanded cannot be judged', count(*))
FROM ops WHERE token IS NOT NULL AND token_parts(token).lsn = '' HAVING count(*) > 0;
