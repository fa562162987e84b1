-- missing-at-copy: the truth holds an element that another copy lacks, or holds with another version, value, epoch or number of completions;
-- or a copy never caught up.
-- Returns each such element by copy, with both sides of what differs. Columns that only one of the two files has are not compared here.
WITH compared AS (
  SELECT c.copy, coalesce(there.version AND here.version, false) AS version, coalesce(there.value AND here.value, false) AS value,
    coalesce(there.epoch AND here.epoch, false) AS epoch, coalesce(there.completions AND here.completions, false) AS completions
  FROM copies AS c
  LEFT JOIN final_shapes AS there ON there.copy = c.copy
  LEFT JOIN final_shapes AS here ON here.copy = (SELECT copy FROM truth)
  WHERE c.whole AND c.copy NOT IN (FROM same_as_truth) AND (SELECT usable FROM truth)
)
SELECT DISTINCT c.copy AS scope, NULL::DOUBLE AS worst, a.class AS root, t.id, c.copy, CASE WHEN r.id IS NULL THEN 'absent' ELSE 'different' END AS found,
  t.version AS truth_version, r.version AS version, t.value AS truth_value, r.value AS value, t.epoch AS truth_epoch, r.epoch AS epoch,
  t.completions AS truth_completions, r.completions AS completions, e.fate, e.started AS start
FROM truth_rows AS t CROSS JOIN compared AS c
LEFT JOIN final_rows AS r ON r.copy = c.copy AND r.id = t.id
LEFT JOIN elements AS e ON e.id = t.id LEFT JOIN told AS a ON a.id = t.id
WHERE r.id IS NULL
  OR c.version AND r.version IS DISTINCT FROM t.version
  OR c.value AND r.value IS DISTINCT FROM t.value
  OR c.epoch AND r.epoch IS DISTINCT FROM t.epoch
  OR c.completions AND r.completions IS DISTINCT FROM t.completions
UNION ALL
SELECT 'late ' || copy, NULL, NULL, NULL, copy, 'never caught up', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM copies WHERE late
