-- Recovery from each fault, in ms from `applied`, or from the first failure after the intent if that was earlier.
WITH injected AS (
  SELECT nr, fault, target, intent, applied, verified, coalesce(next_line, 9007199254740991) AS next_line FROM faults WHERE applied IS NOT NULL
), measured AS (
  SELECT max("end") AS until FROM phases
), failures AS (
  SELECT f.nr, o.kind, min(o.due) AS first_due
  FROM injected AS f JOIN (SELECT kind, due FROM offered WHERE result IN ('late', 'failed', 'unknown', 'dropped')) AS o
    ON o.due >= coalesce(f.intent, f.applied) AND o.due < f.next_line
  GROUP BY f.nr, o.kind
), zeros AS (
  SELECT f.*, least(f.applied, coalesce(x.first_due, f.applied)) AS zero
  FROM injected AS f LEFT JOIN (SELECT nr, min(first_due) AS first_due FROM failures GROUP BY nr) AS x ON x.nr = f.nr
), successes AS (
  -- of each kind that failed: the end of the first ok call due after its first failure
  SELECT x.nr, x.kind, min(o."end") AS "at"
  FROM failures AS x LEFT JOIN (SELECT kind, due, "end" FROM offered WHERE result IN ('ok', 'accepted')) AS o ON o.kind = x.kind AND o.due > x.first_due
  GROUP BY x.nr, x.kind
), changes AS (
  -- a look without an answer tells of no change
  SELECT "at" FROM (SELECT "at", up, lag(up) OVER (PARTITION BY site ORDER BY "at") AS previous FROM site_states WHERE known) WHERE previous <> up
  UNION ALL
  SELECT "at" FROM (
    SELECT "at", up, lag(up) OVER w AS previous, up AND writable AS leads, lag(up AND writable) OVER w AS led
    FROM copy_samples WHERE up IS NOT NULL WINDOW w AS (PARTITION BY copy ORDER BY "at")
  ) WHERE previous <> up OR led <> leads
), clusters AS (
  -- bad stretches of any kind, less than 5 s apart; each once: windows order equal ones as they like, and the second of two would close a gap before the first
  SELECT min(start) AS start, max("end") AS "end" FROM (
    SELECT start, "end", sum((start - reached >= 5000000)::INT) OVER (ORDER BY start, "end" ROWS UNBOUNDED PRECEDING) AS cluster
    FROM (
      SELECT start, "end", max("end") OVER (ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
      FROM (SELECT DISTINCT start, "end" FROM bad_stretches))
  ) GROUP BY coalesce(cluster, 0)
), hit AS (
  SELECT z.nr, min(c."end") AS stable_at
  FROM zeros AS z JOIN clusters AS c ON c."end" > z.zero AND c.start < z.next_line GROUP BY z.nr
), parts AS (
  SELECT 'copy ' || s.copy AS part, s."at", coalesce(s.up, false) AND NOT coalesce(s.writable AND NOT s.sync AND (SELECT replication FROM run) IN ('strict', 'sync'), false) AS good
  FROM copy_samples AS s LEFT JOIN copies AS c USING (copy) WHERE c.role IS DISTINCT FROM 'gone'
  UNION ALL
  SELECT 'backend ' || backend, "at", coalesce(bool_and(status = 'UP'), false) FROM observations WHERE backend IS NOT NULL GROUP BY backend, "at"
), redundancy AS (
  SELECT "at", sum(sum(change)) OVER (ORDER BY "at") = (SELECT count(DISTINCT part) FROM parts) AS whole
  FROM (SELECT "at", good::INT - coalesce(lag(good::INT) OVER (PARTITION BY part ORDER BY "at"), 0) AS change FROM parts) GROUP BY "at"
), broken AS (
  SELECT z.nr, min(r."at") AS "at" FROM zeros AS z JOIN redundancy AS r ON r."at" >= z.zero AND NOT r.whole AND r."at" < z.next_line GROUP BY z.nr
), mended AS (
  SELECT b.nr, min(r."at") AS "at" FROM broken AS b JOIN redundancy AS r ON r."at" > b."at" AND r.whole GROUP BY b.nr
)
SELECT z.fault, z.target, z.applied AS "appliedAt", (z.verified - z.applied) / 1000 AS "provenMs",
  ((SELECT min("at") FROM changes WHERE "at" >= z.zero AND "at" < z.next_line) - z.zero) / 1000 AS "firstReactionMs",
  CASE WHEN (SELECT count(*) FROM successes AS s WHERE s.nr = z.nr) = 0 THEN 0
    WHEN (SELECT bool_and("at" IS NOT NULL) FROM successes AS s WHERE s.nr = z.nr) THEN ((SELECT max("at") FROM successes AS s WHERE s.nr = z.nr) - z.zero) / 1000
  END AS "firstSuccessMs",
  CASE WHEN coalesce(h.stable_at, z.zero) + 5000000 <= m.until THEN (coalesce(h.stable_at, z.zero) - z.zero) / 1000 END AS "stableMs",
  -- how long it took at least, also where stability was not reached
  (least(coalesce(h.stable_at, z.zero), m.until) - z.zero) / 1000 AS "unstableMs",
  CASE WHEN b."at" IS NULL AND EXISTS (FROM parts) THEN 0 ELSE (d."at" - z.zero) / 1000 END AS "redundantMs"
FROM zeros AS z CROSS JOIN measured AS m
LEFT JOIN hit AS h USING (nr) LEFT JOIN broken AS b USING (nr) LEFT JOIN mended AS d USING (nr)
ORDER BY z.nr
