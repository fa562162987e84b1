-- Odd rows of keys: what a final state shows of a key, its version and its value, no put that may have taken effect had sent together. A put that does not
-- name one of the two may have written any. Version 0 (or none) without a value is what a key is before its first put. An add of the same id may have set
-- the first value, where no put was acknowledged. A history that was cut, or lacks lines, may lack the put that sent a higher version. `apart`: not told as a
-- lost update alone, for no put was acknowledged, or some losses are allowed.
INSERT INTO odd_keys
WITH rows AS (
  SELECT DISTINCT source, id, version, value FROM source_rows SEMI JOIN puts USING (id) WHERE value IS NOT NULL OR version > 0
), sends AS (
  SELECT DISTINCT id, said AS version, value, outcome = 'failed' AS failed, outcome = 'ok' AS answered FROM puts
), matched AS (
  SELECT r.source, r.id, r.version, r.value, bool_or(s.answered) AS answered, max(s.version) AS highest,
    bool_or(NOT s.failed AND coalesce(s.version = r.version, true) AND coalesce(s.value = r.value, true)) AS sent,
    bool_or(s.failed AND coalesce(s.version = r.version, true) AND coalesce(s.value = r.value, true)) AS failed,
    coalesce(bool_or(s.value = r.value), false) AS valued, coalesce(bool_or(s.version = r.version), false) AS versioned
  FROM rows AS r JOIN sends AS s USING (id) GROUP BY r.source, r.id, r.version, r.value
)
SELECT m.source, m.id, CASE
    WHEN m.failed THEN 'of a put that certainly failed'
    WHEN m.valued AND m.version IS NOT NULL THEN 'a value sent as another version'
    WHEN m.versioned THEN 'another value than was sent as that version'
    ELSE 'a version or value of no write' END, m.failed,
  NOT m.answered OR m.source = (SELECT source FROM final_sources WHERE copy = (SELECT copy FROM truth)) AND (SELECT losses_allowed FROM run)
FROM matched AS m LEFT JOIN elements AS e USING (id) CROSS JOIN history_state AS h
WHERE NOT m.sent
  AND NOT coalesce(e.fate <> 'failed' AND NOT m.answered AND NOT m.valued AND NOT coalesce(m.version > m.highest, false), false)
  AND NOT ((h.truncated OR h.stated > h.lines) AND NOT m.failed AND (coalesce(m.version > m.highest, false) OR NOT m.valued AND NOT m.versioned));
