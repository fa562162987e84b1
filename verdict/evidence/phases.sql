-- Phases that do not fit the faults, and stretches of load that no phase covers.

-- Outside: calls that were due in no phase, after the first had begun. Those before it warm the service up.
CREATE TABLE outside AS
SELECT kind, due, result IN ('ok', 'accepted') AS good FROM offered WHERE phase IS NULL AND due >= (SELECT min(start) FROM phases);

CREATE VIEW unmet_phases AS
SELECT NULL::VARCHAR AS phase, format('a fault was journalled, but the record has no phase "{}"', name) AS message
FROM (VALUES ('before'), ('during'), ('after')) AS wanted(name)
WHERE EXISTS (FROM faults) AND EXISTS (FROM ops) AND name NOT IN (SELECT name::VARCHAR FROM phases)
UNION ALL
SELECT 'during', 'the record has a phase "during", but no fault was journalled'
WHERE EXISTS (FROM phases WHERE name = 'during') AND NOT EXISTS (FROM faults)
UNION ALL
SELECT 'during', format('fault "{}" on {} was applied at {} µs, outside the phase "during" ({} to {} µs)', f.fault, f.target, f.applied, p.start, p."end")
FROM faults AS f JOIN phases AS p ON p.name = 'during'
WHERE f.applied NOT BETWEEN p.start AND p."end"
UNION ALL
-- "during" is what the journal says, from the first intent to the last gone; a second of slack is for runners that round
SELECT 'during', format('the phase "during" ({} to {} µs) is not the time of the journalled faults ({} to {} µs)', p.start, p."end", f.since, f.until)
FROM phases AS p CROSS JOIN (SELECT min(intent) AS since, max(gone) AS until FROM faults) AS f
WHERE p.name = 'during' AND (abs(p.start - f.since) > 1000000 OR abs(p."end" - f.until) > 1000000)
UNION ALL
SELECT name::VARCHAR, format('no operation was due in the phase "{}"', name)
FROM phases WHERE EXISTS (FROM ops) AND NOT EXISTS (FROM bins WHERE bins.phase = phases.name)
UNION ALL
SELECT g.later::VARCHAR, format('{:,} operations were due between the phases "{}" and "{}", where nothing is judged', count(*), g.earlier, g.later)
FROM (SELECT lag(name) OVER w AS earlier, name AS later, lag("end") OVER w AS since, start AS until FROM phases WINDOW w AS (ORDER BY start)) AS g
JOIN offered AS o ON o.due >= g.since AND o.due < g.until
WHERE g.until - g.since > 200000
GROUP BY g.earlier, g.later
UNION ALL
-- what failed there would be hidden: five calls of a kind in a row, more than a twentieth of them, or all that there were of the kind
SELECT NULL, format('{:,} of {:,} {} operations that were due outside the phases, from {} to {} µs, were not ok, and nothing is judged there', count(*) FILTER (NOT good), count(*), kind,
  min(due) FILTER (NOT good), max(due) FILTER (NOT good))
FROM (SELECT *, sum(good::INT) OVER five = 0 AND count(*) OVER five = 5 AS dead FROM outside WINDOW five AS (PARTITION BY kind ORDER BY due ROWS BETWEEN 4 PRECEDING AND CURRENT ROW))
GROUP BY kind
HAVING bool_or(dead) OR count(*) FILTER (NOT good) >= 5 AND count(*) FILTER (NOT good) > 0.05 * count(*) OR count(*) >= 2 AND NOT bool_or(good)
UNION ALL
SELECT NULL, format('with the {:,} calls that were due outside the phases availability would be under its bound {:g}: {:,} of them were not ok', o.calls, r.availability, o.calls - o.good)
FROM run AS r CROSS JOIN (SELECT count(*) AS calls, count(*) FILTER (good) AS good FROM outside) AS o
CROSS JOIN (SELECT coalesce(sum(due), 0)::BIGINT AS calls, coalesce(sum(ok), 0)::BIGINT AS good FROM bins) AS b
WHERE o.good < o.calls AND b.good >= r.availability * b.calls AND b.good + o.good < r.availability * (b.calls + o.calls);
