-- phantom: every attempt to write an element certainly failed, yet a final state holds it.
-- Returns the first attempt of each such element, with the copies that hold it.
WITH phantoms AS (
  SELECT id, string_agg(DISTINCT copy, ', ' ORDER BY copy) AS copies
  FROM final_rows SEMI JOIN (SELECT id FROM elements WHERE fate = 'failed') AS failed USING (id)
  ANTI JOIN (SELECT id FROM puts WHERE outcome <> 'failed') AS put USING (id)
  GROUP BY id
)
SELECT '' AS scope, NULL::DOUBLE AS worst, p.id, o.line, p.copies
FROM phantoms AS p JOIN ops AS o ON o.op = 'add' AND o.id = p.id
QUALIFY row_number() OVER (PARTITION BY o.id ORDER BY o.start, o."end", o.client, o.site, o.pod, o.copy) = 1
