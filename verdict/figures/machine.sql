-- Machine: by phase, how much of it samples of its processors cover, and for how much of that they were busy (s); the share left over all of it.
SELECT p.name::VARCHAR AS phase, sum(m.took) / 1e6 AS seconds, coalesce(sum(m.took) FILTER (m.busy), 0) / 1e6 AS "busySeconds",
  sum(m.idle * m.took) / sum(m.took) AS idle
FROM machine_samples AS m JOIN phases AS p ON m.start >= p.start AND m."end" <= p."end"
GROUP BY p.name ORDER BY p.name
