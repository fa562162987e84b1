-- Offered: one row for each call that was due; attempts of one call (same op, id, client and due time) count once.
CREATE TABLE offered AS
WITH repeats AS (
  SELECT op, id, client, due, bool_or(acked) AS acked, bool_or(outcome = 'ok') AS ok, bool_or(outcome = 'unknown') AS unknown,
    min("end") FILTER (WHERE outcome = 'ok') AS ok_end, min(start) AS start, max("end") AS "end"
  FROM ops WHERE attempt > 1 GROUP BY ALL
), first_tries AS (
  SELECT * FROM ops WHERE attempt IS NULL OR attempt <= 1
), calls AS (
  SELECT f.op AS kind, f.due, f.start, f.acked OR coalesce(r.acked, false) AS acked,
    f.outcome = 'ok' OR coalesce(r.ok, false) AS ok, f.outcome = 'unknown' OR coalesce(r.unknown, false) AS unknown,
    CASE WHEN f.outcome = 'ok' THEN f."end" ELSE coalesce(r.ok_end, f."end") END AS "end"
  FROM first_tries AS f LEFT JOIN repeats AS r ON f.op = r.op AND f.id = r.id AND f.client = r.client AND f.due = r.due
  UNION ALL
  SELECT r.op, r.due, r.start, r.acked, r.ok, r.unknown, coalesce(r.ok_end, r."end")
  FROM repeats AS r ANTI JOIN first_tries AS f ON f.op = r.op AND f.id = r.id AND f.client = r.client AND f.due = r.due
)
SELECT kind::VARCHAR::op_kind AS kind, phase_of(due) AS phase, due, "end", greatest(due - start, 0) AS early,
  CASE WHEN acked THEN 'ok' WHEN ok THEN 'accepted' WHEN unknown THEN 'unknown' ELSE 'failed' END::call_result AS result
FROM calls
UNION ALL
SELECT kind, phase_of(due), due, due, 0, 'dropped' FROM history WHERE op = 'dropped';

-- Bins: what was due in each 100 ms of a phase, by kind; bins without a due call have no row.
CREATE TABLE bins AS
SELECT o.phase, o.kind, (o.due - p.start) // 100000 AS bin, count(*) AS due,
  count(*) FILTER (WHERE result IN ('ok', 'accepted')) AS ok,
  count(*) FILTER (WHERE result <> 'dropped') AS issued, min(o.due) AS first_due, max(o.due) AS last_due
FROM offered AS o JOIN phases AS p ON p.name = o.phase
GROUP BY ALL;

-- Stretches: phases that follow each other without a gap are measured as one.
CREATE TABLE stretches AS
SELECT min(start) AS start, max("end") AS "end" FROM (
  SELECT *, sum((previous IS DISTINCT FROM start)::INT) OVER (ORDER BY start) AS stretch
  FROM (SELECT *, lag("end") OVER (ORDER BY start) AS previous FROM phases)
) GROUP BY stretch;
