-- Unheld drops: calls that found no free client although the service held none up. It holds clients up where calls that take 100 ms or more are under
-- way: of the kind, half of the clients that it was seen to have, or as many as are due in 100 ms; or half of all clients.
INSERT INTO unheld_drops
WITH slow AS (
  SELECT kind::VARCHAR AS kind, start, "end" FROM offered WHERE result <> 'dropped' AND "end" - start >= 100000
), moments AS (
  SELECT kind, "at", sum(sum(change)) OVER (PARTITION BY kind ORDER BY "at") AS busy
  FROM (
    SELECT kind, start AS "at", 1 AS change FROM slow UNION ALL SELECT kind, "end", -1 FROM slow
    UNION ALL
    SELECT 'all', start, 1 FROM slow UNION ALL SELECT 'all', "end", -1 FROM slow)
  GROUP BY kind, "at"
), clients AS (
  SELECT coalesce(kind::VARCHAR, 'all') AS kind, count(DISTINCT client) AS clients FROM ops GROUP BY GROUPING SETS ((kind), ())
), rates AS (
  SELECT kind::VARCHAR AS kind, count(*) * 1e6 / greatest(1e6, max(due) - min(due)) AS rate FROM offered GROUP BY kind
), drops AS (
  SELECT kind, kind::VARCHAR AS name, due FROM offered WHERE result = 'dropped'
)
SELECT d.kind, d.due
FROM drops AS d
ASOF LEFT JOIN moments AS own ON own.kind = d.name AND d.due >= own."at"
ASOF LEFT JOIN (FROM moments WHERE kind = 'all') AS every ON d.due >= every."at"
LEFT JOIN clients AS c ON c.kind = d.name LEFT JOIN rates AS r ON r.kind = d.name
WHERE coalesce(own.busy, 0) < greatest(1, least(coalesce(c.clients, 1) / 2, r.rate / 10))
  AND coalesce(every.busy, 0) < greatest(1, (SELECT clients FROM clients WHERE kind = 'all') / 2);
