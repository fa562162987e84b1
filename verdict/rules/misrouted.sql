-- misrouted: under active-passive another site served while the first one was UP in every sample around the call; under active-active
-- a site got no share of the ok answers before or after the fault while all were UP, or one outside the bound `share`. Where a share is promised,
-- a site that served or was UP before the fault, and never came back after it: it was never UP again, or gave none of 200 answers.
-- Returns the calls (scope 'passive'), or one row for each phase and site (scope 'idle' or 'share', worst = its share; or 'gone').
SELECT 'passive' AS scope, NULL::DOUBLE AS worst, o.line, NULL::VARCHAR AS site, NULL::VARCHAR AS phase, NULL::BIGINT AS ok, NULL::BIGINT AS total
FROM ops AS o
JOIN up_spans AS s ON s.site = (SELECT site FROM named_sites WHERE rank = 0) AND o.start > s.first_at AND o."end" < s.last_at
WHERE o.outcome = 'ok' AND o.site <> s.site AND (SELECT routing FROM run) = 'active-passive'
UNION ALL
SELECT CASE WHEN ok = 0 THEN 'idle' ELSE 'share' END || ' ' || phase::VARCHAR || ' ' || site, share, NULL, site, phase::VARCHAR, ok, total
FROM shares_while_up, share_bound
WHERE ok = 0 OR share < low OR share > high
UNION ALL
SELECT 'gone ' || site, NULL, NULL, site, 'after', ok, total FROM gone_sites
