-- Offered: one row for each call that was due; attempts of one call (same op, id, client and due time) count once.
CREATE TABLE repeated_calls AS SELECT DISTINCT op, id, client, due FROM ops WHERE attempt > 1;

CREATE TABLE offered AS
WITH calls AS (
  SELECT kind, due, start, "end", acked, outcome = 'ok' AS ok, outcome = 'unknown' AS unknown
  FROM ops ANTI JOIN repeated_calls USING (op, id, client, due)
  UNION ALL
  SELECT kind, due, min(start), coalesce(min("end") FILTER (WHERE outcome = 'ok'), max("end")),
    bool_or(acked), bool_or(outcome = 'ok'), bool_or(outcome = 'unknown')
  FROM ops SEMI JOIN repeated_calls USING (op, id, client, due) GROUP BY op, kind, id, client, due
)
SELECT kind, phase_of(due) AS phase, due, "end", greatest(due - start, 0) AS early,
  CASE WHEN acked THEN 'ok'::call_result WHEN ok THEN 'accepted'::call_result WHEN unknown THEN 'unknown'::call_result
    ELSE 'failed'::call_result END AS result
FROM calls
UNION ALL
SELECT kind, phase_of(due), due, due, 0, 'dropped'::call_result FROM history WHERE op = 'dropped';

-- Stretches: phases that follow each other without a gap are measured as one.
CREATE TABLE stretches AS
SELECT min(start) AS start, max("end") AS "end" FROM (
  SELECT *, sum((previous IS DISTINCT FROM start)::INT) OVER (ORDER BY start) AS stretch
  FROM (SELECT *, lag("end") OVER (ORDER BY start) AS previous FROM phases)
) GROUP BY stretch;
