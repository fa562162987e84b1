-- Gets that showed what no put had sent when they ended: a version, a value, or both together. A put that does not name one of the two may have written
-- any. What a key held before its first put is its initial state: version 0 or none, and no value. An add of the same id may have set the first value.
INSERT INTO unwritten
WITH shown AS (
  SELECT line, id, "end", version, payload AS value FROM ops WHERE op = 'get' AND outcome = 'ok' AND found
), sends AS (
  SELECT * REPLACE (said AS version), CASE WHEN outcome <> 'failed' THEN start END AS sent FROM puts
), by_both AS (
  SELECT id, value, version, min(sent) AS sent, arg_min(line, (start, "end")) AS line FROM sends GROUP BY id, value, version
), by_value AS (
  SELECT id, value, min(sent) AS sent, min(sent) FILTER (version IS NULL) AS unversioned, arg_min(line, (start, "end")) AS line FROM sends GROUP BY id, value
), by_version AS (
  SELECT id, version, min(sent) AS sent, min(sent) FILTER (value IS NULL) AS valueless, arg_min(line, (start, "end")) AS line FROM sends GROUP BY id, version
), by_id AS (
  SELECT id, min(sent) AS sent, min(sent) FILTER (version IS NULL) AS unversioned, min(sent) FILTER (value IS NULL) AS valueless,
    min(sent) FILTER (version IS NULL AND value IS NULL) AS silent, max(version) AS highest
  FROM sends GROUP BY id
), matched AS (
  SELECT g.*, k.id IS NOT NULL AS put, k.highest, e.id IS NOT NULL AS added, e.sent AS add_sent, b.id IS NOT NULL AS same,
    v.id IS NOT NULL AS valued, n.id IS NOT NULL AS versioned, coalesce(b.line, v.line, n.line) AS write,
    least(
      CASE WHEN g.version IS NULL THEN v.sent ELSE least(b.sent, v.unversioned) END,
      CASE WHEN g.value IS NULL THEN n.sent ELSE n.valueless END,
      CASE WHEN g.value IS NULL AND g.version IS NULL THEN k.sent WHEN g.value IS NULL THEN k.unversioned WHEN g.version IS NULL THEN k.valueless
        ELSE k.silent END,
      CASE WHEN k.id IS NULL THEN e.sent END) AS sent
  FROM shown AS g
  LEFT JOIN by_id AS k ON k.id = g.id
  LEFT JOIN by_both AS b ON b.id = g.id AND b.value = g.value AND b.version = g.version
  LEFT JOIN by_value AS v ON v.id = g.id AND v.value = g.value
  LEFT JOIN by_version AS n ON n.id = g.id AND n.version = g.version
  LEFT JOIN elements AS e ON e.id = g.id
), judged AS (
  SELECT *, CASE
      WHEN sent IS NOT NULL THEN 'sent later'
      WHEN NOT put AND NOT added THEN 'an id never sent'
      WHEN same OR value IS NULL AND versioned OR version IS NULL AND valued OR NOT put THEN 'certainly failed'
      WHEN valued THEN 'a value sent as another version'
      WHEN versioned THEN 'another value than was sent as that version'
      ELSE 'a version or value never sent'
    END AS why
  FROM matched
  WHERE NOT coalesce(sent <= "end", false)
    AND NOT (put AND value IS NULL AND coalesce(version, 0) <= 0)
    AND NOT coalesce(add_sent <= "end" AND NOT valued AND NOT coalesce(version > highest, false), false)
)
SELECT line, id, "end", version, value, why, sent, write,
  CASE why WHEN 'certainly failed' THEN true WHEN 'a version or value never sent' THEN coalesce(version > highest, true) ELSE false END
FROM judged;
