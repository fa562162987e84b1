-- Repeats: the calls that were attempted more than once, with the due time of the first attempt. A repeat that names no due time (its start stands
-- for it) belongs to the call of its id and client before it.
CREATE TABLE repeated_calls AS
SELECT line, op, kind, id, client, start, "end", outcome, acked, attempt,
  coalesce(last_value(CASE WHEN attempt > 1 AND due = start THEN NULL ELSE due END IGNORE NULLS) OVER (
    PARTITION BY op, id, client ORDER BY start, attempt NULLS FIRST, line ROWS UNBOUNDED PRECEDING), due) AS due
FROM ops SEMI JOIN (SELECT DISTINCT op, id, client FROM ops WHERE attempt > 1) AS repeated USING (op, id, client);

-- Offered: one row for each call that was due; attempts of one call (same op, id, client and due time) count once, from the start of the first to
-- the answer that was ok.
CREATE TABLE offered AS
WITH calls AS (
  SELECT kind, due, start, "end", acked, outcome = 'ok' AS ok, outcome = 'unknown' AS unknown
  FROM ops ANTI JOIN repeated_calls USING (line)
  UNION ALL
  SELECT kind, due, min(start), coalesce(min("end") FILTER (WHERE outcome = 'ok'), max("end")),
    bool_or(acked), bool_or(outcome = 'ok'), bool_or(outcome = 'unknown')
  FROM repeated_calls GROUP BY op, kind, id, client, due
)
SELECT kind, phase_of(due) AS phase, due, start, "end",
  CASE WHEN ok AND "end" - start > (SELECT deadline FROM run) THEN 'late'::call_result
    WHEN acked THEN 'ok'::call_result WHEN ok THEN 'accepted'::call_result WHEN unknown THEN 'unknown'::call_result
    ELSE 'failed'::call_result END AS result
FROM calls
UNION ALL
SELECT kind, phase_of(due), due, due, due, 'dropped'::call_result FROM history WHERE op = 'dropped';

-- Stretches: phases that follow each other without a gap are measured as one.
CREATE TABLE stretches AS
SELECT min(start) AS start, max("end") AS "end" FROM (
  SELECT *, sum((previous IS DISTINCT FROM start)::INT) OVER (ORDER BY start) AS stretch
  FROM (SELECT *, lag("end") OVER (ORDER BY start) AS previous FROM phases)
) GROUP BY stretch;
