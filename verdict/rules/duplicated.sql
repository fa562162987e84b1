-- duplicated: a copy holds one id more than once, or a job of the run was completed more than once.
-- Returns each such id by copy, with the number of rows and completions found there; worst = the larger of the two.
SELECT copy AS scope, greatest(sum(count), max(coalesce(completions, 0)))::DOUBLE AS worst, id, copy, sum(count) AS rows,
  max(completions) AS completions, NULL::BIGINT AS start
FROM final_rows GROUP BY copy, id
HAVING sum(count) > 1 OR max(completions) > 1
