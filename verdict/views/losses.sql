-- Off spans: stretches in which every sample of the primary showed it without a synchronous standby, where the topology promises one
-- until it degrades. A call strictly inside such a span was answered while every sample, from the last before its start to the first
-- after its end, showed it off. Samples over 1 s apart end a span; a look without an answer shows nothing.
CREATE TABLE off_spans AS
WITH looks AS (
  SELECT copy, "at", took, coalesce(up AND writable AND NOT sync, false) AS off FROM copy_samples
  UNION ALL
  -- for calls that do not name their copy: every copy that could have served them
  SELECT '', "at", max(took), bool_and(coalesce(NOT sync, false)) FROM copy_samples WHERE up AND writable GROUP BY "at"
), numbered AS (
  SELECT copy, "at", took, off, sum(opens::INT) OVER (PARTITION BY copy ORDER BY "at") AS span
  FROM (
    SELECT *, NOT coalesce(lag(off) OVER w, false) OR "at" - lag("at") OVER w > 1000000 AS opens FROM looks
    WINDOW w AS (PARTITION BY copy ORDER BY "at"))
)
SELECT copy, min("at" + took) AS first_at, max("at") AS last_at FROM numbered
WHERE off AND (SELECT replication FROM run) = 'sync' GROUP BY copy, span;

-- Deposed holders: the copies that held a version of a key when they were deposed as primary.
CREATE TABLE deposed_holders AS
SELECT id, version, string_agg(DISTINCT copy, ', ' ORDER BY copy) AS copies FROM deposed_rows GROUP BY id, version;

-- Lost adds: answered with ok, and absent from the truth. `promised`: some answer promised replication; that answer, or else the first ok, stands for it.
-- `deposed`: the copies that held it, whichever version, when they were deposed.
CREATE TABLE lost_adds AS
SELECT o.id, o.line, o."end" AS acked_at, d.copies AS deposed, o.acked, o.acked AND NOT coalesce(o."end" < s.last_at, false) AS promised
FROM (
  FROM ops SEMI JOIN (SELECT id FROM elements WHERE fate IN ('acknowledged', 'accepted') AND NOT present) AS absent USING (id)
  WHERE op = 'add' AND outcome = 'ok'
) AS o
LEFT JOIN (SELECT id, string_agg(DISTINCT copy, ', ' ORDER BY copy) AS copies FROM deposed_rows GROUP BY id) AS d ON d.id = o.id
ASOF LEFT JOIN off_spans AS s ON s.copy = coalesce(o.copy, '') AND o.start > s.first_at
QUALIFY row_number() OVER (PARTITION BY o.id ORDER BY promised DESC, o.acked DESC, o."end", o.start, o.client, o.site, o.pod, o.copy) = 1;
