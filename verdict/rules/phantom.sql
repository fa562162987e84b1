-- phantom: every attempt to write an element certainly failed, yet a final state holds it; or it holds, of a key, a put that failed. What contradicts an
-- acknowledged put is a lost update as well, and told as one where none may be lost.
-- Returns the first attempt of each that failed, with the copies that hold it.
WITH phantoms AS (
  SELECT id, string_agg(DISTINCT copy, ', ' ORDER BY copy) AS copies FROM (
    SELECT id, copy FROM final_rows SEMI JOIN (SELECT id FROM elements WHERE fate = 'failed') AS failed USING (id)
    ANTI JOIN (SELECT id FROM puts WHERE outcome <> 'failed') AS put USING (id)
    UNION
    SELECT o.id, s.copy FROM odd_keys AS o JOIN final_sources AS s USING (source) WHERE o.failed AND o.apart)
  GROUP BY id
)
SELECT '' AS scope, NULL::DOUBLE AS worst, t.class AS root, p.id, o.line, p.copies
FROM phantoms AS p JOIN ops AS o ON o.op IN ('add', 'put') AND o.outcome = 'failed' AND o.id = p.id
LEFT JOIN (FROM told WHERE class = 'lost-update') AS t ON t.id = p.id
QUALIFY row_number() OVER (PARTITION BY o.id ORDER BY o.start, o."end", o.client, o.site, o.pod, o.copy) = 1
