-- Bad stretches: what bad slices cover. One of 100 ms is as fine as slices are, and covers itself. One that was widened until it held five calls says
-- nothing beyond these: it covers the time from each call that was not good to the first good one of the kind after it. `edge`: it touches the start
-- or the end of what was measured, or no good call stands between.
CREATE OR REPLACE TABLE bad_stretches AS
WITH wide AS (
  SELECT kind, phase, start, "end" FROM slices WHERE bad AND "end" - start > 100000
), calls AS (
  SELECT kind::VARCHAR AS kind, due, result IN ('ok', 'accepted') AS good FROM offered WHERE kind::VARCHAR IN (SELECT kind FROM wide)
  UNION ALL
  SELECT 'all', due, result IN ('ok', 'accepted') FROM offered WHERE EXISTS (FROM wide WHERE kind = 'all')
), failed AS (
  SELECT c.kind, w.phase, c.due FROM (FROM calls WHERE NOT good) AS c ASOF JOIN wide AS w ON w.kind = c.kind AND c.due >= w.start WHERE c.due < w."end"
), followed AS (
  SELECT f.kind, f.phase, f.due, g.due AS until FROM failed AS f ASOF LEFT JOIN (FROM calls WHERE good) AS g ON g.kind = f.kind AND f.due < g.due
), runs AS (
  SELECT kind, phase, min(due) AS due, until FROM followed GROUP BY kind, phase, until
), placed AS (
  SELECT r.kind, r.phase, r.due, r.until, s.start AS opens, s."end" AS closes FROM runs AS r ASOF JOIN stretches AS s ON r.due >= s.start
)
SELECT s.kind, s.phase, s.start, s."end",
  EXISTS (SELECT 1 FROM stretches AS m WHERE s.start <= m.start AND s."end" > m.start OR s."end" >= m."end" AND s.start < m."end") AS edge
FROM slices AS s WHERE bad AND "end" - start <= 100000
UNION ALL
SELECT p.kind, p.phase, p.due, least(coalesce(p.until, p.closes), p.closes), coalesce(p.until >= p.closes, true) OR coalesce(g.due < p.opens, true)
FROM placed AS p ASOF LEFT JOIN (FROM calls WHERE good) AS g ON g.kind = p.kind AND p.due > g.due;

-- Outages: bad stretches of one kind, at most 200 ms apart, are one window. Censored: it may have been longer.
CREATE OR REPLACE TABLE outages AS
WITH numbered AS (
  SELECT kind, start, "end", edge, sum((start - reached > 200000)::INT) OVER (PARTITION BY kind ORDER BY start, "end" ROWS UNBOUNDED PRECEDING) AS outage
  FROM (
    SELECT *, coalesce(max("end") OVER (PARTITION BY kind ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), -9007199254740991) AS reached
    FROM bad_stretches)
)
SELECT kind, min(start) AS start, max("end") AS "end", bool_or(edge) AS censored FROM numbered GROUP BY kind, outage;
