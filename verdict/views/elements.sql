-- Operations: the calls of the history, without its bookkeeping lines.
CREATE VIEW ops AS
SELECT rowid AS line, * EXCLUDE (lines), coalesce(outcome = 'ok' AND replicated IS DISTINCT FROM false, false) AS acked
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

CREATE VIEW truth_rows AS
SELECT (SELECT copy FROM truth) AS copy, * EXCLUDE (source) FROM source_rows
WHERE source = (SELECT source FROM final_sources WHERE copy = (SELECT copy FROM truth));
CREATE VIEW truth_ids AS SELECT id FROM truth_rows;

-- Same as truth: the copies whose final state is that of the truth byte by byte, the truth itself among them.
CREATE VIEW same_as_truth AS
SELECT s.copy FROM final_sources AS s JOIN final_sources AS t USING (source) WHERE t.copy = (SELECT copy FROM truth);

-- Elements: each id that was added. Its fate is folded over all attempts; `present` is NULL while the truth is not known. `sent`: when the first
-- attempt began that may have written it.
CREATE TABLE elements AS
SELECT *, CASE WHEN (SELECT usable FROM truth) THEN id IN (FROM truth_ids) END AS present
FROM (
  SELECT id, enum_range(NULL::element_fate)[min(CASE WHEN acked THEN 1 WHEN outcome = 'ok' THEN 2 WHEN outcome = 'unknown' THEN 3 ELSE 4 END)]::element_fate AS fate,
    min("end") FILTER (WHERE acked) AS acked_at, min(start) AS started, min(start) FILTER (WHERE outcome <> 'failed') AS sent
  FROM ops WHERE op = 'add' GROUP BY id
);

-- Passed ids: the highest number that each client is known to have sent, of a history that was cut: what it sent unrecorded is above that.
CREATE VIEW passed_ids AS
SELECT id_prefix(id) AS prefix, max(id_number(id)) AS highest
FROM (SELECT id FROM elements UNION ALL SELECT id FROM puts) WHERE (SELECT truncated FROM history_state) GROUP BY 1;

-- Shapes: which columns the final state of a copy has at all; a state without rows has none.
CREATE TABLE final_shapes AS
SELECT copy, shapes.* EXCLUDE (source) FROM final_sources JOIN (
  SELECT source, count(version) > 0 AS version, count(value) > 0 AS value, count(epoch) > 0 AS epoch, count(completions) > 0 AS completions
  FROM source_rows GROUP BY source
) AS shapes USING (source);
