-- Coverage: acknowledged elements, and those of them that some read could have refuted: it was ok, and began after the ack.
CREATE TABLE coverage_counts AS
WITH by_phase AS (
  SELECT phase_of(acked_at) AS phase, count(*) AS acknowledged, count(*) FILTER (WHERE rowid IN (SELECT element FROM refutations)) AS refutable
  FROM known WHERE acked_at IS NOT NULL GROUP BY 1
)
SELECT '' AS per, '' AS name, coalesce(sum(acknowledged), 0)::BIGINT AS acknowledged, coalesce(sum(refutable), 0)::BIGINT AS refutable FROM by_phase
UNION ALL
SELECT 'phase', phase::VARCHAR, acknowledged, refutable FROM by_phase WHERE phase IS NOT NULL
UNION ALL
SELECT 'copy', copy::VARCHAR, (SELECT sum(acknowledged) FROM by_phase)::BIGINT, count(*) FROM refutations GROUP BY copy;

-- Where coverage is under its floor. A phase with a handful of acks says little about its reads.
CREATE TABLE short_coverage AS
SELECT per, name, acknowledged, refutable, format('reads could refute {:,} of {:,} acknowledged elements{} ({:.0f} %), the floor is {:.0f} %',
  refutable, acknowledged, CASE per WHEN '' THEN '' ELSE format(' of "{}"', name) END, 100 * refutable / acknowledged, 100 * coverage) AS message
FROM coverage_counts CROSS JOIN floors
WHERE refutable < coverage * acknowledged AND (per = '' OR per = 'phase' AND acknowledged >= 20);

-- Asked again: after the last fault each member is asked once more for what was acknowledged before the first: what it has lost, or forgotten, shows in
-- nothing younger. Of a load that comes at random and a database that all sites share: a copy that only one site's clients reach may not be asked by others.
INSERT INTO short_coverage
SELECT 'again', c.copy, t.elements, coalesce(n.elements, 0), format('after the last fault "{}" was asked, as {}, for {:,} of the {:,} elements that were acknowledged before the first; the floor is {:.0f} %',
  c.copy, c.role, coalesce(n.elements, 0), t.elements, 100 * f.askedAgain)
FROM copies AS c CROSS JOIN floors AS f CROSS JOIN (SELECT count(*) AS elements FROM known WHERE acked_at < (SELECT min(applied) FROM faults)) AS t
LEFT JOIN (SELECT asked, copy::VARCHAR AS copy, count(*) AS elements FROM asked_again GROUP BY ALL) AS n ON n.asked = c.role AND n.copy = c.copy
WHERE (SELECT at_random AND pattern = 'recommended' FROM run) AND c.role IN ('primary', 'replica') AND t.elements >= 20 AND coalesce(n.elements, 0) < f.askedAgain * t.elements;
