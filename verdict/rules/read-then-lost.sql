-- read-then-lost: a read (or a list) showed an element, or a version of a key, that the truth lacks.
-- Returns the first such read of each, with the first attempt to write it; root = the class that speaks of the loss itself, if an answer had
-- promised it. Without a root somebody acted on what was never there (scope 'replica': only reads asked of a replica showed it).
WITH absent AS (
  SELECT id FROM elements WHERE NOT present UNION SELECT id FROM two_kinds WHERE absent
), sightings AS (
  SELECT r.line, r.id, r.start FROM ops AS r SEMI JOIN absent USING (id)
  WHERE r.found AND (r.op = 'read' AND r.outcome = 'ok' OR r.op = 'add' AND r.outcome <> 'ok')
  UNION ALL
  SELECT l.line, l.id, l.start FROM list_sightings AS l SEMI JOIN absent USING (id)
  UNION ALL
  SELECT line, id, start FROM seen_beyond
), first_seen AS (
  -- what nobody had sent by then is never-written
  SELECT s.id, s.line, s.start, bool_and(o.role IS NOT DISTINCT FROM 'replica' AND o.op <> 'add') OVER (PARTITION BY s.id) AS at_replica
  FROM (FROM sightings ANTI JOIN unwritten USING (line, id)) AS s JOIN ops AS o ON o.line = s.line
  QUALIFY row_number() OVER (PARTITION BY s.id ORDER BY s.start, o."end", o.client, o.copy, o.site, o.pod) = 1
), writes AS (
  SELECT w.id, arg_min(w.line, (w.start, w."end", w.client, w.attempt)) AS line
  FROM ops AS w JOIN first_seen AS f ON f.id = w.id AND w.op IN ('add', 'put') AND w.line <> f.line GROUP BY w.id
)
SELECT coalesce(t.class, CASE WHEN at_replica THEN 'replica' ELSE '' END) AS scope, NULL::DOUBLE AS worst, t.class AS root, f.id, f.line, CASE WHEN w.line IS NULL THEN []::BIGINT[] ELSE [w.line] END AS earlier
FROM first_seen AS f LEFT JOIN writes AS w ON w.id = f.id LEFT JOIN told AS t ON t.id = f.id
