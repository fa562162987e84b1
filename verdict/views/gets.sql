-- Known versions of keys: when it, or a later one, was first known: acknowledged, or read from the primary. What the truth lacks is left to other classes.
CREATE TABLE known_versions AS
SELECT v.id, v.version, min(v."at") OVER (PARTITION BY v.id ORDER BY v.version DESC ROWS UNBOUNDED PRECEDING) AS known
FROM (
  SELECT id, coalesce(version, 0) AS version, min("end") AS "at" FROM (
    SELECT id, version, "end" FROM puts WHERE acked
    UNION ALL
    SELECT id, version, "end" FROM ops WHERE op = 'get' AND outcome = 'ok' AND found AND role IS DISTINCT FROM 'replica'
  ) GROUP BY id, coalesce(version, 0)
) AS v LEFT JOIN truth_keys AS t USING (id)
WHERE NOT (SELECT usable FROM truth) OR t.id IS NOT NULL AND coalesce(t.version >= v.version, true);

CREATE TABLE gets AS
SELECT line, id, client, start, "end", copy, coalesce(role::VARCHAR, 'primary') AS asked, token, CASE WHEN found THEN coalesce(version, 0) ELSE -1 END AS seen
FROM ops WHERE op = 'get' AND outcome = 'ok' AND found IS NOT NULL;

INSERT INTO stale_reads
SELECT g.line, g.id, g.copy, g.asked, g.token, g.start, k.known, g.seen
FROM gets AS g ASOF JOIN known_versions AS k ON k.id = g.id AND g.seen < k.version
WHERE k.known < g.start;

-- Only a get that shows less than one that began before it can go back in time.
INSERT INTO lesser_reads
SELECT line, id, client, start, "end", copy, asked, token, seen
FROM (SELECT *, max(seen) OVER (PARTITION BY id ORDER BY start ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest FROM gets)
WHERE seen < highest;
