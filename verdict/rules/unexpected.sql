-- unexpected: an id is present in a final state that no write of this run ever named; or, of a key, a version or value that none sent. What contradicts
-- an acknowledged put is a lost update as well, and told as one where none may be lost.
-- Returns each such id with the copies that hold it; scope 'excused' when the load generator died and may have sent it unrecorded:
-- the id does not end in a number, or in one above the highest recorded for its client.
WITH strangers AS (
  SELECT id, string_agg(DISTINCT copy, ', ' ORDER BY copy) AS copies
  FROM (FROM source_rows ANTI JOIN (SELECT id FROM ops WHERE op IN ('add', 'put')) AS attempted USING (id)) JOIN final_sources USING (source)
  GROUP BY id
), odd AS (
  SELECT id, string_agg(DISTINCT copy, ', ' ORDER BY copy) AS copies FROM odd_keys JOIN final_sources USING (source) WHERE NOT failed AND apart GROUP BY id
)
SELECT CASE WHEN (SELECT truncated FROM history_state) AND NOT coalesce(id_number(s.id) <= p.highest, false) THEN 'excused' ELSE '' END AS scope,
  NULL::DOUBLE AS worst, NULL::VARCHAR AS root, s.id, s.copies, NULL::BIGINT AS start
FROM strangers AS s LEFT JOIN passed_ids AS p ON p.prefix = id_prefix(s.id)
UNION ALL
SELECT '', NULL, t.class, o.id, o.copies, NULL FROM odd AS o LEFT JOIN (FROM told WHERE class = 'lost-update') AS t ON t.id = o.id
