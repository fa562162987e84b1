-- unexpected: an id is present in a final state that no write of this run ever named.
-- Returns each such id with the copies that hold it; scope 'excused' when the load generator died and may have sent it unrecorded:
-- the id does not end in a number, or in one above the highest recorded for its client.
WITH strangers AS (
  SELECT id, string_agg(DISTINCT copy, ', ' ORDER BY copy) AS copies
  FROM (FROM source_rows ANTI JOIN (SELECT id FROM ops WHERE op IN ('add', 'put')) AS attempted USING (id)) JOIN final_sources USING (source)
  GROUP BY id
)
SELECT CASE WHEN (SELECT truncated FROM history_state) AND NOT coalesce(id_number(s.id) <= p.highest, false) THEN 'excused' ELSE '' END AS scope,
  NULL::DOUBLE AS worst, s.id, s.copies, NULL::BIGINT AS start
FROM strangers AS s LEFT JOIN passed_ids AS p ON p.prefix = id_prefix(s.id)
