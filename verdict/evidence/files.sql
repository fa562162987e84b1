-- What is missing of the record itself.
CREATE VIEW unmet_files AS
SELECT text AS message FROM troubles
UNION ALL
SELECT 'the history is missing: no operation was recorded' WHERE NOT EXISTS (FROM files WHERE name = 'history')
UNION ALL
SELECT 'no operation was recorded'
WHERE EXISTS (FROM files WHERE name = 'history') AND NOT EXISTS (FROM ops)
UNION ALL
SELECT format('the history has no closing line: it was cut after {:,} lines, and what followed is unknown', lines)
FROM history_state WHERE ends = 0 AND EXISTS (FROM files WHERE name = 'history')
UNION ALL
SELECT format('the history has {} closing lines; expected one', ends) FROM history_state WHERE ends > 1
UNION ALL
SELECT format('the history holds {:,} lines, its closing line says {:,}', lines, stated) FROM history_state WHERE ends = 1 AND lines <> stated
UNION ALL
SELECT 'faults.jsonl is missing: whether a fault was planned is unknown (an empty file says that none was)'
WHERE NOT EXISTS (FROM files WHERE name = 'faults')
UNION ALL
SELECT format('{} is damaged: {:,} lines could be read', label, lines) FROM files WHERE NOT whole
UNION ALL
SELECT format('{} holds {:,} lines, run.json says {:,}', label, lines, stated) FROM files WHERE stated IS NOT NULL AND stated <> lines;
