-- Acknowledged elements, and those that some read begun after the ack could have refuted: over all, by phase of the ack, by copy asked.
SELECT '' AS per, '' AS name, count(*) AS acknowledged, count(*) FILTER (WHERE refutable) AS refutable FROM covered
UNION ALL
SELECT 'phase', phase::VARCHAR, count(*), count(*) FILTER (WHERE refutable) FROM covered WHERE phase IS NOT NULL GROUP BY phase
UNION ALL
SELECT 'copy', copy, (SELECT count(*) FROM covered), count(DISTINCT id) FILTER (WHERE refutable)
FROM pairs SEMI JOIN covered USING (id) GROUP BY copy
ORDER BY ALL
