-- Unwritten: what a read, a list, a get or an add that met its own id showed, although no write that may have taken effect had begun when that call
-- ended: nobody ever sent it, or every attempt of before certainly failed, or it was sent later. The gets are in unwritten-gets.sql.
-- `excusable`: a history that was cut may lack the call that sent it.
INSERT INTO unwritten
WITH named AS (
  SELECT id, min(start) FILTER (outcome <> 'failed') AS sent, arg_min(line, (start, "end", client)) AS line
  FROM ops SEMI JOIN early_sightings USING (id) WHERE op IN ('add', 'put') GROUP BY id
)
SELECT s.line, s.id, s."end", NULL, NULL,
  CASE WHEN n.id IS NULL THEN 'an id never sent' WHEN n.sent IS NULL THEN 'certainly failed' ELSE 'sent later' END, n.sent, n.line, n.id IS NOT NULL AND n.sent IS NULL
FROM early_sightings AS s LEFT JOIN named AS n USING (id)
WHERE NOT coalesce(n.sent <= s."end", false);
