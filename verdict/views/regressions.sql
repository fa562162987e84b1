-- Regressions: a read that showed less than a read which had ended before it began: `primary`: both asked of the primary; `copy`: both
-- served by one copy, without a restart that may lie between; `session`: both of one client, served by two copies. One row a later read,
-- of the first kind that fits; `since`: the end of the earlier one. What the truth lacks is left to other classes.
INSERT INTO regressions
WITH present AS (
  SELECT DISTINCT id FROM truth_ids SEMI JOIN lesser_reads USING (id)
), later AS (
  -- restarts that may have been over when it ended
  SELECT r.*, coalesce(s.nr, 0) AS life, coalesce(r.copy, '(' || r.asked || ')') AS source
  FROM lesser_reads AS r ASOF LEFT JOIN numbered_restarts AS s ON s.copy = r.copy AND r."end" > s.previous_at
), sightings AS (
  -- restarts that were certainly over when it began
  SELECT o.id, o.client, o."end", o.copy, o.asked, o.version, coalesce(s.nr, 0) AS life, coalesce(o.copy, '(' || o.asked || ')') AS source
  FROM (
    SELECT r.id, r.client, r.start, r."end", r.copy, r.asked, r.version
    FROM (
      SELECT line, id, client, start, "end", copy, coalesce(role::VARCHAR, 'primary') AS asked, 0 AS version, false AS of_get FROM ops
      WHERE found AND (op = 'read' AND outcome = 'ok' OR op = 'add' AND outcome <> 'ok')
      UNION ALL
      SELECT line, id, client, start, "end", copy, asked, 0, false FROM list_sightings
      UNION ALL
      SELECT line, id, client, start, "end", copy, asked, seen, true FROM gets WHERE seen >= 0
    ) AS r SEMI JOIN lesser_reads USING (id) ANTI JOIN unwritten USING (line, id) LEFT JOIN truth_keys AS t USING (id)
    WHERE NOT (SELECT usable FROM truth) OR CASE WHEN r.of_get AND t.id IS NOT NULL THEN coalesce(t.version >= r.version, true) ELSE r.id IN (FROM present) END
  ) AS o ASOF LEFT JOIN numbered_restarts AS s ON s.copy = o.copy AND o.start >= s.over
), spots AS (
  SELECT 'primary' AS kind, '' AS place, 0 AS nr, id, version, "end" FROM sightings WHERE asked = 'primary'
  UNION ALL SELECT 'copy', copy, life, id, version, "end" FROM sightings WHERE copy IS NOT NULL
  UNION ALL SELECT 'session', source, client, id, version, "end" FROM sightings
), firsts AS (
  SELECT kind, place, nr, id, version,
    min(min("end")) OVER (PARTITION BY kind, place, nr, id ORDER BY version DESC ROWS UNBOUNDED PRECEDING) AS since
  FROM spots GROUP BY kind, place, nr, id, version
), looks AS (
  SELECT 'primary' AS kind, '' AS place, 0 AS nr, line, id, seen, start FROM later WHERE asked = 'primary'
  UNION ALL SELECT 'copy', copy, life, line, id, seen, start FROM later WHERE copy IS NOT NULL
  UNION ALL
  SELECT 'session', s.source, l.client, l.line, l.id, l.seen, l.start
  FROM later AS l JOIN (SELECT DISTINCT source, copy IS NULL AS unnamed FROM sightings) AS s ON s.source <> l.source AND s.unnamed = (l.copy IS NULL)
)
SELECT l.line, l.id, l.kind, f.since, l.seen
FROM looks AS l ASOF JOIN firsts AS f ON f.kind = l.kind AND f.place = l.place AND f.nr = l.nr AND f.id = l.id AND l.seen < f.version
WHERE f.since < l.start
QUALIFY row_number() OVER (PARTITION BY l.line ORDER BY CASE l.kind WHEN 'primary' THEN 1 WHEN 'copy' THEN 2 ELSE 3 END, f.since) = 1;
