-- Connects: whether calls opened connections where no fault lasts, where run.json says that a part of the clients keeps none for long. One that is refused
-- was asked for all the same.
INSERT INTO unmet_everywhere
SELECT p.name, NULL, format('{:,} calls opened a connection in "{}", or were refused one: {:.1f} a second; the floor is {:g}: that no new connection is taken would not show',
  count(o.line), p.name, count(o.line) / ((p."end" - p.start) / 1e6), any_value(connectsPerSecond))
FROM phases AS p CROSS JOIN floors LEFT JOIN (SELECT line, due FROM ops WHERE connect IS NOT NULL OR is_unsent(stage, outcome)) AS o ON o.due >= p.start AND o.due < p."end"
WHERE p.name <> 'during'
GROUP BY p.name, p.start, p."end"
HAVING any_value(connectsPerSecond) > 0 AND (count(o.line) = 0 OR count(o.line) + 1 < any_value(connectsPerSecond) * (p."end" - p.start) / 1e6);
