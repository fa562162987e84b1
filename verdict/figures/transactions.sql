-- Unknown adds by what the truth says of their transactions: committed if one of an add's was, rolled back if all that were logged were, else untold.
WITH asked AS (
  SELECT e.id, bool_or(x.status = 'committed') AS committed, bool_and(x.status = 'aborted') AS aborted
  FROM elements AS e LEFT JOIN transactions AS x USING (id) WHERE e.fate = 'unknown' GROUP BY e.id
)
SELECT count(*) FILTER (WHERE committed) AS committed, count(*) FILTER (WHERE aborted) AS "rolledBack",
  count(*) FILTER (WHERE NOT coalesce(committed OR aborted, false)) AS untold
FROM asked
