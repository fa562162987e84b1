-- Faults: one row for each injection; several of one name are told apart by `id`, else by their order. Each begins with its intent: what is
-- applied twice after one is one injection that has no proof of its own for the second time (`applications`). A proof and an end may be journalled
-- more than once, by who injected and by who healed: the first proof counts, and the last end; `first_gone` says whether one came too early.
CREATE TABLE faults AS
WITH numbered AS (
  SELECT fault, target, state, "at", began, kind, coalesce(id, '') AS id,
    sum((state = 'intent')::INT) OVER (PARTITION BY fault, target, coalesce(id, '') ORDER BY "at", state ROWS UNBOUNDED PRECEDING) AS nth
  FROM (SELECT DISTINCT fault, target, state, "at", began, kind, id FROM fault_lines)
), folded AS (
  SELECT fault, target, id, nth,
    min("at") FILTER (WHERE state = 'intent') AS intent, min("at") FILTER (WHERE state = 'applied') AS applied,
    min("at") FILTER (WHERE state = 'verified') AS verified, max("at") FILTER (WHERE state = 'gone') AS gone,
    min("at") FILTER (WHERE state = 'healed') AS healed, min("at") FILTER (WHERE state = 'gone') AS first_gone,
    count(DISTINCT "at") FILTER (WHERE state = 'applied') AS applications, coalesce(bool_or(kind = 'momentary'), false) AS momentary,
    min(began) FILTER (WHERE state = 'applied') AS began, min("at") AS first_line
  FROM numbered GROUP BY ALL
)
SELECT row_number() OVER (ORDER BY first_line, fault, target, id, nth) AS nr, * REPLACE (greatest(intent, least(began, applied)) AS began), began AS stated_began,
  lead(first_line) OVER (ORDER BY first_line, fault, target, id, nth) AS next_line
FROM folded;
