-- Outages: bad slices of one kind, at most 200 ms apart, are one window. Censored: it touches the edge of what was measured.
CREATE OR REPLACE TABLE outages AS
WITH numbered AS (
  SELECT kind, start, "end",
    sum((start - previous > 200000)::INT) OVER (PARTITION BY kind ORDER BY start) AS outage
  FROM (SELECT *, lag("end", 1, -9007199254740991) OVER (PARTITION BY kind ORDER BY start) AS previous FROM slices WHERE bad)
), merged AS (
  SELECT kind, min(start) AS start, max("end") AS "end" FROM numbered GROUP BY kind, outage
)
SELECT o.*, EXISTS (SELECT 1 FROM stretches AS s WHERE o.start <= s.start AND o."end" > s.start OR o."end" >= s."end" AND o.start < s."end") AS censored
FROM merged AS o;
