-- unfinished: a change is present in the truth whose job has no completion, although the workers had drained.
-- Returns each such element; rows without a number of completions have no job.
SELECT DISTINCT '' AS scope, NULL::DOUBLE AS worst, r.id, r.copy, r.completions, e.fate, e.started AS start
FROM truth_rows AS r LEFT JOIN elements AS e USING (id) WHERE r.completions = 0
