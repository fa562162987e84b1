-- unexpected: an id is present in a final state that no write of this run ever named.
-- Returns each such id with the copies that hold it; scope 'excused' when the load generator died and may have sent it unrecorded:
-- the id does not end in a number, or in one above the highest recorded for its client.
WITH strangers AS (
  SELECT id, string_agg(DISTINCT copy, ', ' ORDER BY copy) AS copies
  FROM (FROM source_rows ANTI JOIN (SELECT id FROM ops WHERE op IN ('add', 'put')) AS attempted USING (id)) JOIN final_sources USING (source)
  GROUP BY id
), numbered AS (
  SELECT *, regexp_extract(id, '(?s)^(.*?)([0-9]+)$', 1) AS prefix,
    try_cast(regexp_extract(id, '(?s)^(.*?)([0-9]+)$', 2) AS UBIGINT) AS number
  FROM strangers
), recorded AS (
  SELECT regexp_extract(id, '(?s)^(.*?)([0-9]+)$', 1) AS prefix,
    max(try_cast(regexp_extract(id, '(?s)^(.*?)([0-9]+)$', 2) AS UBIGINT)) AS highest
  FROM elements WHERE (SELECT truncated FROM history_state) GROUP BY 1
)
SELECT CASE WHEN (SELECT truncated FROM history_state) AND NOT coalesce(n.number <= r.highest, false) THEN 'excused' ELSE '' END AS scope,
  NULL::DOUBLE AS worst, n.id, n.copies, NULL::BIGINT AS start
FROM numbered AS n LEFT JOIN recorded AS r ON r.prefix = n.prefix
