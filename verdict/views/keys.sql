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
