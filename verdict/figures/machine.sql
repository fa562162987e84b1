-- Machine: by phase, how much of it samples of its processors cover, and for how much of that they had next to nothing left (s). From 95 % on
-- what comes at random waits some twenty times as long as it takes (M/M/1: 1 / (1 - utilisation)).
SELECT p.name::VARCHAR AS phase, sum(o.took) / 1e6 AS seconds, coalesce(sum(o.took) FILTER (o.idle < 0.05), 0) / 1e6 AS "busySeconds",
  sum(o.idle * o.took) / sum(o.took) AS idle
FROM (SELECT DISTINCT "at", took, idle FROM observations WHERE idle IS NOT NULL) AS o
JOIN phases AS p ON o."at" >= p.start AND o."at" + o.took <= p."end"
GROUP BY p.name ORDER BY p.name
