-- A routing policy whose keeping cannot be seen.
CREATE VIEW unmet_routing AS
SELECT format('routing is {}, but run.json names no sites', routing) AS message FROM run
WHERE routing IS NOT NULL AND NOT EXISTS (FROM named_sites)
UNION ALL
SELECT format('routing is {}, but {:,} of {:,} ok answers did not name their site', routing, o.silent, o.answers)
FROM run CROSS JOIN (SELECT sum(ok) AS answers, sum(ok) FILTER (site IS NULL) AS silent FROM answerers) AS o
WHERE routing IS NOT NULL AND o.silent > 0.01 * o.answers
UNION ALL
SELECT format('routing is {}, but no sample of site "{}" at the load balancer was taken', routing, s.site)
FROM run JOIN named_sites AS s ON routing = 'active-active' OR s.rank = 0
WHERE routing IS NOT NULL AND s.site NOT IN (SELECT site FROM site_states)
UNION ALL
SELECT format('{:,} ok answers name site "{}", which is none of the sites in run.json', sum(ok)::BIGINT, site)
FROM answerers ANTI JOIN named_sites USING (site) WHERE site IS NOT NULL AND EXISTS (FROM named_sites) GROUP BY site
UNION ALL
-- before the fault nothing keeps the active site from being UP; after it, it is where it serves
SELECT format('routing is active-passive, but site "{}", which is to serve all, was UP for {:.1f} of {:.1f} s of "{}": that another one must not answer could hardly be broken', s.site, u.up / 1e6,
  (p."end" - p.start) / 1e6, p.name)
FROM run JOIN named_sites AS s ON routing = 'active-passive' AND s.rank = 0 JOIN phases AS p ON p.name <> 'during'
CROSS JOIN LATERAL (
  SELECT coalesce(sum(least(x.last_at, p."end") - greatest(x.first_at, p.start)), 0)::BIGINT AS up FROM up_spans AS x
  WHERE x.site = s.site AND x.last_at > p.start AND x.first_at < p."end") AS u
CROSS JOIN LATERAL (SELECT coalesce(sum(ok) FILTER (a.site = s.site) > 0.5 * sum(ok), false) AS serves FROM site_answers AS a WHERE a.phase = p.name) AS a
CROSS JOIN floors
WHERE EXISTS (FROM ops) AND CASE
  WHEN p.name = 'before' AND samplesPerSecond > 0 THEN u.up < 0.5 * (p."end" - p.start)
  WHEN p.name = 'before' THEN NOT EXISTS (FROM site_states AS l WHERE l.site = s.site AND l.up AND l."at" < p."end")
  ELSE samplesPerSecond > 0 AND a.serves AND u.up < 0.25 * (p."end" - p.start) END
UNION ALL
SELECT 'no phase has 200 ok answers from times when all sites were UP: their shares cannot be judged' FROM run
WHERE routing = 'active-active' AND EXISTS (FROM ops) AND NOT EXISTS (FROM shares_while_up);
