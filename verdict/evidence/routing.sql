-- A routing policy whose keeping cannot be seen.
CREATE VIEW unmet_routing AS
SELECT format('routing is {}, but run.json names no sites', routing) AS message FROM run
WHERE routing IS NOT NULL AND NOT EXISTS (FROM named_sites)
UNION ALL
SELECT format('routing is {}, but {:,} of {:,} ok answers did not name their site', routing, o.silent, o.answers)
FROM run CROSS JOIN (SELECT count(*) AS answers, count(*) - count(site) AS silent FROM ops WHERE outcome = 'ok') AS o
WHERE routing IS NOT NULL AND o.silent > 0.01 * o.answers
UNION ALL
SELECT format('routing is {}, but no sample of site "{}" at the load balancer was taken', routing, s.site)
FROM run JOIN named_sites AS s ON routing = 'active-active' OR s.rank = 0
WHERE routing IS NOT NULL AND s.site NOT IN (SELECT site FROM site_states)
UNION ALL
SELECT 'no phase has 200 ok answers from times when all sites were UP: their shares cannot be judged' FROM run
WHERE routing = 'active-active' AND EXISTS (FROM ops) AND NOT EXISTS (FROM shares_while_up);
