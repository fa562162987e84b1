-- Answers and final rows that do not tell what could be held against a promise.
CREATE VIEW unmet_told AS
SELECT format(CASE why
    WHEN 'late' THEN '{:,} keys hold a put that was not answered, and that was sent before one that was: without versions nobody can tell which came last ("{}" and others)'
    WHEN 'failed' THEN '{:,} keys all of whose puts certainly failed have a row in the truth that does not tell whether it is one of them ("{}" and others)'
    WHEN 'unordered' THEN '{:,} keys have puts without versions that overlap: their order is not known ("{}" and others)'
    ELSE '{:,} keys with answered puts have a row in the truth that does not tell which put it is, by a version or a value ("{}" and others)' END,
  count(*), min(id)) AS message
FROM untold_keys GROUP BY why
UNION ALL
SELECT format(CASE why
    WHEN 'late' THEN '{:,} gets showed a put that was not answered, and that was sent before one that was: without versions nobody can tell which came last ("{}" and others)'
    WHEN 'both' THEN '{:,} gets say that the key was not there, and show a version or value of it ("{}" and others)'
    WHEN 'found' THEN '{:,} gets do not say whether the key was there ("{}" and others)'
    ELSE '{:,} gets do not tell which put they showed, by a version or a value ("{}" and others)' END,
  count(*), min(id))
FROM untold_gets GROUP BY why
UNION ALL
SELECT format('{:,} pages of lists do not tell what they showed ("{}" and others)', count(*), min(id))
FROM ops WHERE op = 'list' AND outcome = 'ok' AND (payload->>'$.items') IS NULL HAVING count(*) > 0;
