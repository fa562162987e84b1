-- extra-at-copy: another copy holds an element that the truth does not.
-- Returns each such element by copy; root = the class that speaks of its absence from the truth, or of its presence anywhere, if one does.
SELECT DISTINCT r.copy AS scope, NULL::DOUBLE AS worst, t.class AS root, r.id, r.copy, r.version, r.value, r.epoch, r.completions, e.fate, e.started AS start
FROM (FROM final_rows ANTI JOIN same_as_truth USING (copy)) AS r ANTI JOIN truth_ids USING (id) LEFT JOIN elements AS e ON e.id = r.id LEFT JOIN told AS t ON t.id = r.id
WHERE (SELECT usable FROM truth)
