-- Update losses: keys whose row in the truth contradicts what was answered. `promised`: also when only answers that promised replication count.
INSERT INTO update_losses
WITH claims AS (
  SELECT id, bool_or(outcome = 'ok') AS answered, bool_or(promised) AS promised,
    max(version) FILTER (outcome = 'ok') AS version, max(version) FILTER (promised) AS promised_version,
    max(epoch) FILTER (outcome = 'ok') AS epoch, max(epoch) FILTER (promised) AS promised_epoch,
    CASE WHEN bool_or(timed) THEN 'of an earlier put' ELSE 'of an older version' END AS older
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
), answers AS (
  -- acknowledged: with a promise, and at all
  SELECT unnest([true, false]) AS promise, id, write, line, "end", said AS version, promised FROM puts WHERE outcome = 'ok' AND said IS NOT NULL
), tops AS (
  SELECT promise, id, "end", max(version) OVER w AS version, arg_max(line, version) OVER w AS line
  FROM (SELECT promise, id, "end", max(version) AS version, arg_max(line, version) AS line FROM answers WHERE promised OR NOT promise GROUP BY promise, id, "end")
  WINDOW w AS (PARTITION BY promise, id ORDER BY "end" ROWS UNBOUNDED PRECEDING)
), begun AS (
  SELECT id, write, min(start) AS start FROM puts WHERE outcome <> 'failed' GROUP BY id, write
), falls AS (
  -- a writer that went back: the put, and the one of a higher version that had been acknowledged before it was begun
  SELECT a.id, bool_or(a.promise) AS promised, arg_min([a.line, t.line], (NOT a.promise, a.version, a."end", a.start)) AS pair
  FROM (FROM answers JOIN begun USING (id, write) WHERE promised OR NOT promise) AS a
  ASOF JOIN tops AS t ON t.promise = a.promise AND t.id = a.id AND a.start > t."end"
  WHERE t.version > a.version GROUP BY a.id
), odd AS (
  SELECT id, min(why) AS why FROM odd_keys WHERE source = (SELECT source FROM final_sources WHERE copy = (SELECT copy FROM truth)) GROUP BY id
), judged AS (
  SELECT c.id, t.said AS truth_version, t.epoch AS truth_epoch, t.value AS truth_value, w.promised_version, w.version,
    CASE WHEN usable AND c.promised AND t.id IS NULL THEN 'absent'
      WHEN t.version < c.promised_version THEN c.older
      WHEN t.epoch < c.promised_epoch THEN 'of an older epoch'
      WHEN w.promised THEN 'one version for two writes'
      WHEN o.promised THEN 'another value of that version'
      WHEN f.promised THEN 'acknowledged with a lower version than one before it'
      WHEN c.answered THEN d.why
    END AS promised_why,
    CASE WHEN usable AND c.answered AND t.id IS NULL THEN 'absent'
      WHEN t.version < c.version THEN c.older
      WHEN t.epoch < c.epoch THEN 'of an older epoch'
      WHEN w.id IS NOT NULL THEN 'one version for two writes'
      WHEN o.id IS NOT NULL THEN 'another value of that version'
      WHEN f.id IS NOT NULL THEN 'acknowledged with a lower version than one before it'
    END AS why, f.pair
  FROM claims AS c CROSS JOIN (SELECT usable FROM truth)
  LEFT JOIN truth_keys AS t ON usable AND t.id = c.id
  LEFT JOIN twice AS w ON w.id = c.id LEFT JOIN other AS o ON usable AND o.id = c.id
  LEFT JOIN falls AS f ON f.id = c.id LEFT JOIN odd AS d ON usable AND d.id = c.id
), broken AS (
  SELECT id, promised_why IS NOT NULL AS promised, coalesce(promised_why, why) AS why, truth_version, truth_epoch, truth_value,
    CASE WHEN coalesce(promised_why, why) = 'one version for two writes' THEN coalesce(promised_version, version) END AS twin,
    CASE WHEN coalesce(promised_why, why) LIKE 'acknowledged with%' THEN pair END AS pair
  FROM judged WHERE promised_why IS NOT NULL OR why IS NOT NULL
), ranked AS (
  -- the write that the row contradicts: the highest version, of two for one version the later, of two versions in the wrong order both
  SELECT b.*, p.line, p."end", row_number() OVER (
    PARTITION BY b.id ORDER BY list_position(b.pair, p.line) NULLS LAST, (b.promised AND p.promised) DESC, p.outcome, coalesce(p.version, 0) DESC, p."end" DESC, p.start DESC, p.write) AS nth
  FROM broken AS b JOIN puts AS p ON p.id = b.id AND (b.twin IS NULL OR p.version = b.twin AND p.outcome = 'ok')
)
SELECT id, any_value(promised), any_value(why), any_value(truth_version), any_value(truth_epoch), any_value(truth_value),
  any_value(line) FILTER (nth = 1), any_value(line) FILTER (nth = 2 AND (twin IS NOT NULL OR pair IS NOT NULL)), any_value("end") FILTER (nth = 1)
FROM ranked GROUP BY id;

-- Untold: keys with an answered put whose row in the truth does not tell which put it is; and those of which every write certainly failed, and whose row may
-- be one of them, or what the key was before.
INSERT INTO untold_keys
SELECT t.id, CASE WHEN t.late THEN 'late' WHEN p.unordered THEN 'unordered' ELSE 'silent' END
FROM truth_keys AS t
JOIN (SELECT id, bool_or(timed AND version IS NULL AND outcome = 'ok') AS unordered FROM puts GROUP BY id HAVING bool_or(outcome = 'ok')) AS p USING (id)
ANTI JOIN update_losses USING (id)
WHERE (SELECT usable FROM truth) AND t.version IS NULL
UNION ALL
SELECT t.id, 'failed'
FROM truth_keys AS t JOIN (SELECT id FROM puts GROUP BY id HAVING bool_and(outcome = 'failed')) AS p USING (id) LEFT JOIN elements AS e USING (id)
WHERE (SELECT usable FROM truth) AND t.said IS NULL AND t.value IS NULL AND e.id IS NULL;
