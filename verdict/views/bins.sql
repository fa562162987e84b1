-- Bins: what was due in each 100 ms of a phase, by kind; bins without a due call have no row.
CREATE OR REPLACE TABLE bins AS
SELECT o.phase, o.kind, (o.due - p.start) // 100000 AS bin, count(*) AS due,
  count(*) FILTER (WHERE result IN ('ok', 'accepted')) AS ok,
  count(*) FILTER (WHERE result <> 'dropped') AS issued, min(o.due) AS first_due, max(o.due) AS last_due
FROM offered AS o JOIN phases AS p ON p.name = o.phase
GROUP BY ALL;
