-- Gets: which write of its key each one showed; -1: none. Where the get, or the puts, do not name the version, the value tells which it is. `late`: that
-- write may have taken effect after later ones. What no put had sent is left to unwritten-gets.sql, and what does not tell its write to untold_gets.
INSERT INTO gets
WITH answers AS (
  FROM ops ANTI JOIN unwritten USING (line) WHERE op = 'get' AND outcome = 'ok' AND found IS NOT NULL
), keys AS (
  SELECT id, bool_or(timed) AS timed FROM puts GROUP BY id
), written AS (
  SELECT id, value, max(version) AS version, bool_or(late) AS late FROM puts WHERE outcome <> 'failed' AND value IS NOT NULL GROUP BY id, value
)
SELECT g.line, g.id, g.client, g.start, g."end", g.copy, coalesce(g.role::VARCHAR, 'primary') AS asked, g.token,
  CASE WHEN NOT g.found OR k.id IS NOT NULL AND e.id IS NULL AND g.version <= 0 AND g.payload IS NULL THEN -1 -- what holds nothing yet is not there
    WHEN k.id IS NULL OR coalesce(g.version, 1) <= 0 AND g.payload IS NULL THEN coalesce(g.version, 0)
    WHEN NOT k.timed AND g.version IS NOT NULL THEN g.version
    WHEN w.id IS NULL AND g.payload IS NOT NULL AND e.sent IS NOT NULL THEN 0 -- of the add
    ELSE w.version END AS seen,
  coalesce(w.late, false) AS late
FROM answers AS g LEFT JOIN keys AS k USING (id) LEFT JOIN written AS w ON w.id = g.id AND w.value = g.payload LEFT JOIN elements AS e ON e.id = g.id;

INSERT INTO untold_gets
SELECT line, id, 'found' FROM ops WHERE op = 'get' AND outcome = 'ok' AND found IS NULL
UNION ALL
SELECT line, id, 'both' FROM ops WHERE op = 'get' AND outcome = 'ok' AND NOT found AND (version > 0 OR payload IS NOT NULL)
UNION ALL
SELECT line, id, 'silent' FROM gets WHERE seen IS NULL;
DELETE FROM gets WHERE seen IS NULL;

-- Known versions of keys: when it, or a later one, was first known: acknowledged, or read from the primary. What the truth lacks is left to other classes.
CREATE TABLE known_versions AS
SELECT v.id, v.version, min(v."at") OVER (PARTITION BY v.id ORDER BY v.version DESC ROWS UNBOUNDED PRECEDING) AS known
FROM (
  SELECT id, version, min("end") AS "at" FROM (
    SELECT id, coalesce(version, 0) AS version, "end" FROM puts WHERE acked
    UNION ALL
    SELECT id, seen, "end" FROM gets WHERE asked = 'primary' AND seen >= 0
    UNION ALL
    SELECT id, 0, acked_at FROM elements SEMI JOIN two_kinds USING (id) WHERE acked_at IS NOT NULL
    UNION ALL
    SELECT id, 0, "end" FROM plain_sightings WHERE asked = 'primary'
  ) GROUP BY id, version
) AS v LEFT JOIN truth_keys AS t USING (id) LEFT JOIN elements AS e USING (id)
WHERE NOT (SELECT usable FROM truth) OR CASE WHEN t.id IS NULL THEN e.present ELSE coalesce(t.version >= v.version, true) END;

-- Gets that saw what the truth does not have: an absent key, or a version above the truth's.
INSERT INTO seen_beyond
SELECT g.line, g.id, g.start FROM gets AS g LEFT JOIN truth_keys AS t ON t.id = g.id LEFT JOIN elements AS e ON e.id = g.id
WHERE (SELECT usable FROM truth) AND g.seen >= 0 AND CASE WHEN t.id IS NULL THEN NOT coalesce(e.present, false) ELSE g.seen > t.version END;

CREATE TEMP TABLE older_gets AS
SELECT g.line, g.id, g.copy, g.asked, g.token, g.start, k.known, g.seen, g.late
FROM gets AS g ASOF JOIN known_versions AS k ON k.id = g.id AND g.seen < k.version
WHERE k.known < g.start;

INSERT INTO stale_reads SELECT * EXCLUDE (late) FROM older_gets WHERE NOT late;
INSERT INTO untold_gets SELECT line, id, 'late' FROM older_gets WHERE late;

-- Only a get that shows less than one that began before it can go back in time, or, where reads or lists may have shown it, one that shows nothing.
INSERT INTO lesser_reads
SELECT line, id, client, start, "end", copy, asked, token, seen
FROM (SELECT *, max(seen) OVER (PARTITION BY id ORDER BY start ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest FROM gets)
WHERE (seen < highest OR seen < 0 AND id IN (SELECT id FROM two_kinds)) AND NOT late;
