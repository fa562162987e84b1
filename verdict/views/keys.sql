-- Puts: the attempts to write a key. `write` tells the writes apart: values are unique, and attempts of one write carry the same.
-- `promised`: acknowledged, and not while the primary was degraded.
INSERT INTO puts
SELECT o.line, o.id, o.start, o."end", o.outcome, o.version, o.epoch, o.payload, coalesce(o.payload, format('{}:{}', o.client, o.due)),
  o.acked, o.acked AND NOT coalesce(o."end" < s.last_at, false)
FROM (FROM ops WHERE op = 'put') AS o
ASOF LEFT JOIN off_spans AS s ON s.copy = coalesce(o.copy, '') AND o.start > s.first_at;

-- The row of each key in the truth; of several the one of the highest version.
INSERT INTO truth_keys
SELECT id, max(version) AS version, coalesce(arg_max(epoch, version), max(epoch)) AS epoch, coalesce(arg_max(value, version), max(value)) AS value
FROM truth_rows SEMI JOIN puts USING (id) GROUP BY id;

-- Update losses: keys whose row in the truth contradicts what was answered. `promised`: also when only answers that promised replication count.
INSERT INTO update_losses
WITH claims AS (
  SELECT id, bool_or(outcome = 'ok') AS answered, bool_or(promised) AS promised,
    max(version) FILTER (outcome = 'ok') AS version, max(version) FILTER (promised) AS promised_version,
    max(epoch) FILTER (outcome = 'ok') AS epoch, max(epoch) FILTER (promised) AS promised_epoch,
    bool_or(outcome <> 'failed' AND value IS NULL) AS silent
  FROM puts GROUP BY id
), twice AS (
  SELECT id, bool_or(promises > 1) AS promised, min(version) FILTER (promises > 1) AS promised_version, min(version) AS version
  FROM (
    SELECT id, version, count(DISTINCT write) FILTER (promised) AS promises FROM puts WHERE outcome = 'ok' AND version IS NOT NULL
    GROUP BY id, version HAVING min(write) <> max(write))
  GROUP BY id
), other AS (
  SELECT p.id, bool_or(p.promised) AS promised
  FROM puts AS p JOIN truth_keys AS t ON t.id = p.id AND t.version = p.version AND t.value <> p.value WHERE p.outcome = 'ok' GROUP BY p.id
), written AS (
  SELECT DISTINCT p.id FROM puts AS p JOIN truth_keys AS t ON t.id = p.id AND t.value = p.value WHERE p.outcome <> 'failed'
), judged AS (
  SELECT c.id, t.version AS truth_version, t.epoch AS truth_epoch, t.value AS truth_value, w.promised_version, w.version,
    CASE WHEN usable AND c.promised AND t.id IS NULL THEN 'absent'
      WHEN t.version < c.promised_version THEN 'of an older version'
      WHEN t.epoch < c.promised_epoch THEN 'of an older epoch'
      WHEN w.promised THEN 'one version for two writes'
      WHEN o.promised THEN 'another value of that version'
      -- an add of the same id may have set the first value
      WHEN t.value IS NOT NULL AND n.id IS NULL AND NOT c.silent AND (c.promised OR e.fate IS NULL OR e.fate = 'failed') THEN 'a value of no write'
    END AS promised_why,
    CASE WHEN usable AND c.answered AND t.id IS NULL THEN 'absent'
      WHEN t.version < c.version THEN 'of an older version'
      WHEN t.epoch < c.epoch THEN 'of an older epoch'
      WHEN w.id IS NOT NULL THEN 'one version for two writes'
      WHEN o.id IS NOT NULL THEN 'another value of that version'
    END AS why
  FROM claims AS c CROSS JOIN (SELECT usable FROM truth)
  LEFT JOIN truth_keys AS t ON usable AND t.id = c.id
  LEFT JOIN twice AS w ON w.id = c.id LEFT JOIN other AS o ON usable AND o.id = c.id LEFT JOIN written AS n ON n.id = c.id
  LEFT JOIN elements AS e ON e.id = c.id
), broken AS (
  SELECT id, promised_why IS NOT NULL AS promised, coalesce(promised_why, why) AS why, truth_version, truth_epoch, truth_value,
    CASE WHEN coalesce(promised_why, why) = 'one version for two writes' THEN coalesce(promised_version, version) END AS twin
  FROM judged WHERE promised_why IS NOT NULL OR why IS NOT NULL
), ranked AS (
  -- the write that the row contradicts: the highest version, of two for one version the later
  SELECT b.*, p.line, p."end", row_number() OVER (
    PARTITION BY b.id ORDER BY (b.promised AND p.promised) DESC, p.outcome, coalesce(p.version, 0) DESC, p."end" DESC, p.start DESC, p.write) AS nth
  FROM broken AS b JOIN puts AS p ON p.id = b.id AND (b.twin IS NULL OR p.version = b.twin AND p.outcome = 'ok')
)
SELECT id, any_value(promised), any_value(why), any_value(truth_version), any_value(truth_epoch), any_value(truth_value),
  any_value(line) FILTER (nth = 1), any_value(line) FILTER (nth = 2 AND twin IS NOT NULL), any_value("end") FILTER (nth = 1)
FROM ranked GROUP BY id;

-- Gets that saw what the truth does not have: an absent key, or a version above the truth's.
INSERT INTO seen_beyond
SELECT g.line, g.id, g.start
FROM (SELECT line, id, start, version FROM ops WHERE op = 'get' AND outcome = 'ok' AND found) AS g
SEMI JOIN puts USING (id) LEFT JOIN truth_keys AS t ON t.id = g.id
WHERE (SELECT usable FROM truth) AND (t.id IS NULL OR g.version > t.version);
