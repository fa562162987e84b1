-- Staleness by copy, for reads asked of a replica: quantiles over all pairs of element and copy, those never stale as 0; ms.
SELECT copy, count(*) AS pairs, count(*) FILTER (WHERE stale > 0) AS stale, quantile_disc(lag / 1000, [0.5, 0.99]) AS quantiles, max(lag) / 1000 AS longest
FROM pairs WHERE asked = 'replica' AND reads > 0 AND judged GROUP BY copy ORDER BY copy
