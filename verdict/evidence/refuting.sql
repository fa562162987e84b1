-- Read groups: what was asked of whom, by phase; `told`: answers that say what they found. A get that found a key and names no version says nothing.
CREATE TABLE read_groups AS
SELECT phase_of(start) AS phase, coalesce(role::VARCHAR, 'primary') AS asked, op, copy IS NOT NULL AS named, count(*) AS issued,
  count(*) FILTER (outcome = 'ok') AS ok, count(*) FILTER (outcome = 'ok' AND found IS NOT NULL AND (op = 'read' OR NOT found OR version IS NOT NULL)) AS told
FROM ops WHERE op IN ('read', 'get') GROUP BY ALL;

-- Refuting: the groups of which some read could have refuted that what it asked for is shown: it began after that was known. The first hundred of
-- each group tell for most; refuting-part.sql looks at all of them where they do not.
INSERT INTO refuting
SELECT DISTINCT phase_of(h.start), coalesce(h.role::VARCHAR, 'primary'), h.op, h.copy IS NOT NULL
FROM (
  SELECT unnest(arg_min(line, start, 100)) AS line FROM ops
  WHERE op = 'read' AND outcome = 'ok' AND found IS NOT NULL GROUP BY phase_of(start), coalesce(role::VARCHAR, 'primary'), copy IS NOT NULL
) AS c JOIN ops AS h USING (line) JOIN known AS k ON k.id = h.id
WHERE k.judged AND h.start > k."at";
