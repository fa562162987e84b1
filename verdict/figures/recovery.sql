-- Recovery from each fault, in ms from `applied`, or from the first failure after the intent if that was earlier.
WITH injected AS (
  SELECT nr, fault, target, intent, began, applied, verified, coalesce(next_line, 9007199254740991) AS next_line FROM faults WHERE applied IS NOT NULL
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
), spans AS (
  -- of each fault: from when until when what goes wrong may be its doing. Another one ends it that counts from more than a second later: what is nearer is felt
  -- together. What goes wrong in the slice in which it began is its doing
  SELECT z.nr, z.zero, min(o.zero) AS until, coalesce(min(CASE WHEN o.began > z.zero THEN least(o.began, o.zero) ELSE o.zero END), 9007199254740991) AS next_began
  FROM zeros AS z LEFT JOIN zeros AS o ON o.zero > z.zero + 1000000 GROUP BY z.nr, z.zero
), bad AS (
  -- bad stretches of any kind, at most 200 ms apart: one goes wrong from its start to its end. Each once, for windows order equal ones as they like
  SELECT min(start) AS start, max("end") AS "end" FROM (
    SELECT start, "end", sum((start - reached > 200000)::INT) OVER (ORDER BY start, "end" ROWS UNBOUNDED PRECEDING) AS stretch
    FROM (
      SELECT start, "end", max("end") OVER (ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
      FROM (SELECT DISTINCT start, "end" FROM bad_stretches))
  ) GROUP BY coalesce(stretch, 0)
), own AS (
  -- those of each fault: that began in its span, or lasted when it began
  SELECT s.nr, b.start, b."end" FROM spans AS s JOIN bad AS b ON b."end" > s.zero AND (b.start < coalesce(s.until - 100000, 9007199254740991) OR b."end" <= s.until)
), clusters AS (
  -- those less than 5 s apart are one
  SELECT nr, max("end") AS "end" FROM (
    SELECT nr, start, "end", sum((start - reached >= 5000000)::INT) OVER (PARTITION BY nr ORDER BY start, "end" ROWS UNBOUNDED PRECEDING) AS cluster
    FROM (
      SELECT nr, start, "end", max("end") OVER (PARTITION BY nr ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached FROM own)
  ) GROUP BY nr, coalesce(cluster, 0)
), hit AS (
  SELECT nr, min("end") AS stable_at FROM clusters GROUP BY nr
), moments AS (
  SELECT DISTINCT "at" FROM copy_samples WHERE EXISTS (FROM zeros) UNION SELECT DISTINCT "at" FROM observations WHERE backend IS NOT NULL AND EXISTS (FROM zeros)
), members AS (
  SELECT DISTINCT s.copy FROM copy_samples AS s LEFT JOIN copies AS c USING (copy) WHERE c.role IS DISTINCT FROM 'gone'
), shown AS (
  -- each copy that is not gone as the last look shows it
  SELECT m."at", c.copy, s.up, s.writable, s.sync, s.system, s.timeline, s.lag
  FROM moments AS m CROSS JOIN members AS c ASOF LEFT JOIN copy_samples AS s ON s.copy = c.copy AND s."at" <= m."at"
), writers AS (
  SELECT "at", count(*) FILTER (writable) AS writers, max(system) FILTER (writable) AS system, max(timeline) FILTER (writable) AS timeline FROM shown GROUP BY "at"
), cluster AS (
  -- 1 MiB: Patroni lets no standby take over that is further behind than that, unless it is told otherwise (maximum_lag_on_failover)
  SELECT s."at", bool_and(coalesce(s.up, false)) AND (any_value(w.writers) = 1 OR NOT EXISTS (FROM copy_samples WHERE writable))
    AND bool_and(coalesce(s.writable, false) OR coalesce(s.lag <= 1048576, true) AND (
      r.pattern IS NOT DISTINCT FROM 'supported' AND s.system IS DISTINCT FROM w.system OR coalesce(s.system = w.system, true) AND coalesce(s.timeline = w.timeline, true)))
    AND bool_and(NOT coalesce(s.writable AND NOT s.sync AND r.replication IN ('strict', 'sync'), false)) AS good
  FROM shown AS s JOIN writers AS w USING ("at") CROSS JOIN run AS r GROUP BY s."at"
), servers AS (
  SELECT backend, "at", coalesce(bool_and(status = 'UP'), false) AS good FROM observations WHERE backend IS NOT NULL GROUP BY backend, "at"
), served AS (
  SELECT "at", sum(sum(change)) OVER (ORDER BY "at") = (SELECT count(DISTINCT backend) FROM servers) AS good
  FROM (SELECT "at", good::INT - coalesce(lag(good::INT) OVER (PARTITION BY backend ORDER BY "at"), 0) AS change FROM servers) GROUP BY "at"
), redundancy AS (
  SELECT m."at", coalesce(c.good, true) AND coalesce(b.good, true) AS whole
  FROM moments AS m LEFT JOIN cluster AS c USING ("at") ASOF LEFT JOIN served AS b ON b."at" <= m."at"
), broken AS (
  SELECT z.nr, min(r."at") AS "at" FROM spans AS z JOIN redundancy AS r ON r."at" >= z.zero AND NOT r.whole AND r."at" < z.next_began GROUP BY z.nr
), lasting AS (
  SELECT "at", whole, min("at") FILTER (NOT whole) OVER (ORDER BY "at" ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS broken_at FROM redundancy
), mended AS (
  -- the first moment from which on it is whole for 5 s, until another fault breaks it, or to the end of the looks
  SELECT b.nr, min(l."at") AS "at"
  FROM broken AS b JOIN spans AS s USING (nr) JOIN lasting AS l ON l."at" > b."at" AND l.whole AND (coalesce(l.broken_at - l."at" >= 5000000, true) OR l."at" < s.until AND l.broken_at >= s.until)
  GROUP BY b.nr
)
SELECT z.fault, z.target, z.applied AS "appliedAt", (z.verified - z.applied) / 1000 AS "provenMs",
  ((SELECT min("at") FROM changes WHERE "at" >= z.zero AND "at" < s.next_began) - z.zero) / 1000 AS "firstReactionMs",
  CASE WHEN (SELECT count(*) FROM successes AS s WHERE s.nr = z.nr) = 0 THEN 0
    WHEN (SELECT bool_and("at" IS NOT NULL) FROM successes AS s WHERE s.nr = z.nr) THEN ((SELECT max("at") FROM successes AS s WHERE s.nr = z.nr) - z.zero) / 1000
  END AS "firstSuccessMs",
  CASE WHEN coalesce(h.stable_at, z.zero) + 5000000 <= m.until OR s.until >= coalesce(h.stable_at, z.zero) THEN (coalesce(h.stable_at, z.zero) - z.zero) / 1000 END AS "stableMs",
  -- how long it took at least, also where stability was not reached
  (least(coalesce(h.stable_at, z.zero), m.until) - z.zero) / 1000 AS "unstableMs",
  CASE WHEN b."at" IS NULL AND EXISTS (FROM moments) THEN 0 ELSE (d."at" - z.zero) / 1000 END AS "redundantMs"
FROM zeros AS z JOIN spans AS s USING (nr) CROSS JOIN measured AS m
LEFT JOIN hit AS h USING (nr) LEFT JOIN broken AS b USING (nr) LEFT JOIN mended AS d USING (nr)
ORDER BY z.nr
