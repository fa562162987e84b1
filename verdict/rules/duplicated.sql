-- duplicated: a copy holds one id more than once, or a job of the run was completed more than once.
-- Returns each such id by copy, with the number of rows and completions found there; worst = the larger of the two.
SELECT d.copy AS scope, greatest(d.rows, d.completions)::DOUBLE AS worst, d.id, d.copy, d.rows, d.completions, e.fate, e.started AS start
FROM (
  SELECT copy, id, rows, completions FROM final_sources JOIN (
    SELECT source, id, sum(count) AS rows, max(completions) AS completions FROM source_rows GROUP BY source, id
    HAVING sum(count) > 1 OR max(completions) > 1
  ) USING (source)
) AS d LEFT JOIN elements AS e USING (id)
