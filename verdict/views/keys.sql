-- Puts: the attempts to write a key. `write` tells the writes apart: values are unique, and attempts of one write carry the same.
-- `promised`: acknowledged, and not while the primary was degraded. `timed`: an ack of the key does not name its version, so that the writes are in the
-- order of their times: a key has one writer. Where calls of two writes overlap all the same, their order is not known (`version` is NULL).
-- `late`: an attempt of a timed write was not answered, and may have taken effect after later ones.
INSERT INTO puts
WITH tries AS MATERIALIZED (
  SELECT o.line, o.id, o.start, o."end", o.outcome, o.version, o.epoch, o.payload, coalesce(o.payload, format('{}:{}', o.client, o.due)) AS write,
    o.acked, o.acked AND NOT coalesce(o."end" < s.last_at, false) AS promised
  FROM (FROM ops WHERE op = 'put') AS o
  ASOF LEFT JOIN off_spans AS s ON s.copy = coalesce(o.copy, '') AND o.start > s.first_at
), timed AS (
  SELECT DISTINCT id FROM tries WHERE outcome = 'ok' AND version IS NULL
), writes AS (
  SELECT id, write, min(start) AS start, max("end") AS "end", bool_or(outcome = 'unknown') AS late
  FROM tries SEMI JOIN timed USING (id) WHERE outcome <> 'failed' GROUP BY id, write
), ranked AS (
  SELECT id, write, late, row_number() OVER (PARTITION BY id ORDER BY start, "end", write) AS rank, coalesce(start < max("end") OVER (PARTITION BY id ORDER BY start, "end", write ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), false) AS crosses
  FROM writes
), ordered AS (
  SELECT id, write, late, CASE WHEN NOT bool_or(crosses) OVER (PARTITION BY id) THEN rank END AS rank FROM ranked
)
SELECT t.line, t.id, t.start, t."end", t.outcome, CASE WHEN k.id IS NULL THEN t.version ELSE r.rank END, t.version, t.epoch, t.payload, t.write,
  t.acked, t.promised, k.id IS NOT NULL, coalesce(r.late, false)
FROM tries AS t LEFT JOIN timed AS k USING (id) LEFT JOIN ordered AS r ON r.id = t.id AND r.write = t.write;

-- The row of each key in the truth; of several the one of the highest version. Where the row, or its puts, do not name the version, its value tells
-- which put it is.
INSERT INTO truth_keys
WITH rows AS (
  SELECT id, max(version) AS version, coalesce(arg_max(epoch, version), max(epoch)) AS epoch, coalesce(arg_max(value, version), max(value)) AS value
  FROM truth_rows SEMI JOIN puts USING (id) GROUP BY id
), claims AS (
  SELECT id, bool_or(timed) AS timed, max(version) FILTER (outcome = 'ok') AS answered FROM puts GROUP BY id
), written AS (
  SELECT id, value, max(version) AS version, bool_or(late) AS late FROM puts WHERE outcome <> 'failed' AND value IS NOT NULL GROUP BY id, value
)
SELECT id, CASE WHEN NOT late OR version >= answered THEN version END, said, epoch, value, late AND coalesce(version < answered, true)
FROM (
  SELECT r.id, CASE WHEN c.timed OR r.version IS NULL THEN w.version ELSE r.version END AS version, r.version AS said, r.epoch, r.value,
    coalesce(w.late, false) AS late, c.answered
  FROM rows AS r JOIN claims AS c USING (id) LEFT JOIN written AS w ON w.id = r.id AND w.value = r.value);

-- Update losses: keys whose row in the truth contradicts what was answered. `promised`: also when only answers that promised replication count.
INSERT INTO update_losses
WITH claims AS (
  SELECT id, bool_or(outcome = 'ok') AS answered, bool_or(promised) AS promised,
    max(version) FILTER (outcome = 'ok') AS version, max(version) FILTER (promised) AS promised_version,
    max(epoch) FILTER (outcome = 'ok') AS epoch, max(epoch) FILTER (promised) AS promised_epoch,
    bool_or(outcome <> 'failed' AND value IS NULL) AS silent, CASE WHEN bool_or(timed) THEN 'of an earlier put' ELSE 'of an older version' END AS older
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
  SELECT c.id, t.said AS truth_version, t.epoch AS truth_epoch, t.value AS truth_value, w.promised_version, w.version,
    CASE WHEN usable AND c.promised AND t.id IS NULL THEN 'absent'
      WHEN t.version < c.promised_version THEN c.older
      WHEN t.epoch < c.promised_epoch THEN 'of an older epoch'
      WHEN w.promised THEN 'one version for two writes'
      WHEN o.promised THEN 'another value of that version'
      -- an add of the same id may have set the first value
      WHEN t.value IS NOT NULL AND n.id IS NULL AND NOT c.silent AND (c.promised OR e.fate IS NULL OR e.fate = 'failed') THEN 'a value of no write'
    END AS promised_why,
    CASE WHEN usable AND c.answered AND t.id IS NULL THEN 'absent'
      WHEN t.version < c.version THEN c.older
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

-- Untold: keys with an answered put whose row in the truth does not tell which put it is.
INSERT INTO untold_keys
SELECT t.id, CASE WHEN t.late THEN 'late' WHEN p.unordered THEN 'unordered' ELSE 'silent' END
FROM truth_keys AS t
JOIN (SELECT id, bool_or(timed AND version IS NULL AND outcome = 'ok') AS unordered FROM puts GROUP BY id HAVING bool_or(outcome = 'ok')) AS p USING (id)
ANTI JOIN update_losses USING (id)
WHERE (SELECT usable FROM truth) AND t.version IS NULL;
