-- Operations: the calls of the history, without its bookkeeping lines.
CREATE VIEW ops AS
SELECT rowid AS line, * EXCLUDE (lines, valid), coalesce(outcome = 'ok' AND replicated IS DISTINCT FROM false, false) AS acked
FROM history WHERE op NOT IN ('dropped', 'end');

-- History: how it was closed. `truncated`: what was in flight at the end is unknown.
CREATE TABLE history_state AS
SELECT count(*) FILTER (WHERE op = 'end') AS ends, max(lines) FILTER (WHERE op = 'end') AS stated,
  coalesce((SELECT lines FROM files WHERE name = 'history'), 0) - count(*) FILTER (WHERE op = 'end') AS lines,
  count(*) FILTER (WHERE op = 'end') = 0 OR NOT coalesce((SELECT whole FROM files WHERE name = 'history'), false) AS truncated
FROM history;

-- Truth: the copy whose final state decides; usable when that state was read to its end.
CREATE TABLE truth AS
SELECT run.truth AS copy, coalesce((SELECT whole FROM copies WHERE copies.copy = run.truth), false) AS usable FROM run;

CREATE VIEW truth_rows AS SELECT * FROM final_rows WHERE copy = (SELECT copy FROM truth);
CREATE TABLE truth_ids AS SELECT DISTINCT id FROM truth_rows;

-- Elements: each id that was added. Its fate is folded over all attempts; `present` is NULL while the truth is not known.
CREATE TABLE elements AS
SELECT folded.*, CASE WHEN usable THEN truth_ids.id IS NOT NULL END AS present
FROM (
  SELECT id,
    CASE WHEN bool_or(acked) THEN 'acknowledged' WHEN bool_or(outcome = 'ok') THEN 'accepted'
      WHEN bool_or(outcome = 'unknown') THEN 'unknown' ELSE 'failed' END AS fate,
    min("end") FILTER (WHERE acked) AS acked_at, min(start) AS started
  FROM ops WHERE op = 'add' GROUP BY id
) AS folded
CROSS JOIN (SELECT usable FROM truth) AS known_truth
LEFT JOIN truth_ids USING (id);

-- Shapes: which columns the final state of a copy has at all; a state without rows has none.
CREATE TABLE final_shapes AS
SELECT copy, count(version) > 0 AS version, count(value) > 0 AS value, count(epoch) > 0 AS epoch, count(completions) > 0 AS completions
FROM final_rows GROUP BY copy;
