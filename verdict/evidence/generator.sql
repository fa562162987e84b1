-- Calls that the load generator owed: it began them more than 100 ms after they were due, or dropped them while the service held no client up.
CREATE TABLE owed AS
SELECT phase, kind, due, 'late' AS what FROM offered WHERE start - due > 100000 AND phase IS NOT NULL
UNION ALL
SELECT phase_of(due), kind, due, 'dropped' FROM unheld_drops WHERE phase_of(due) IS NOT NULL;

-- Where a generator owed so much that it cannot be said what the service would have done: over a hundredth of a kind's calls in a phase (and two), or
-- every call of 500 ms (or five intervals of a rarer kind).
CREATE TABLE unmet_generator AS
WITH sums AS (
  SELECT phase, kind, count(*) FILTER (WHERE what = 'late') AS late, count(*) FILTER (WHERE what = 'dropped') AS dropped FROM owed GROUP BY phase, kind
), silent AS (
  SELECT b.phase, b.kind, b.first_due, b.last_due,
    row_number() OVER (PARTITION BY b.phase, b.kind ORDER BY b.bin) AS nth, coalesce(o.calls >= b.due, false) AS owed
  FROM bins AS b SEMI JOIN owed AS w ON w.phase = b.phase AND w.kind = b.kind LEFT JOIN (
    SELECT o.phase, o.kind, (o.due - p.start) // 100000 AS bin, count(*) AS calls FROM owed AS o JOIN phases AS p ON p.name = o.phase GROUP BY ALL
  ) AS o ON o.phase = b.phase AND o.kind = b.kind AND o.bin = b.bin
), spells AS (
  SELECT phase, kind, max(last_due) - min(first_due) AS length
  FROM (SELECT *, nth - row_number() OVER (PARTITION BY phase, kind ORDER BY nth) AS spell FROM silent WHERE owed)
  GROUP BY phase, kind, spell
)
SELECT s.phase::VARCHAR AS phase, s.kind, format('of {:,} {} operations due in "{}" the load generator began {:,} more than 100 ms late, and dropped {:,} while the service held no client up: what it would have answered in time is not known',
  k.offered, s.kind, s.phase, s.late, s.dropped) AS message
FROM sums AS s JOIN phase_kinds AS k USING (phase, kind)
WHERE s.late + s.dropped > 0.01 * k.offered + 2
  OR EXISTS (FROM spells AS x WHERE x.phase = s.phase AND x.kind = s.kind AND x.length > greatest(500000, 5e6 * k.seconds / k.offered));
