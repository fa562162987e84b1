-- misrouted: under active-passive another site served while the first one was UP in every sample around the call; under active-active
-- a site got no share of the ok answers before or after the fault while all were UP, or one outside the bound `share`; the same of one kind of call, where
-- its share is outside by more than five times what chance makes of it. Where a share is promised,
-- a site that served or was UP before the fault, and never came back after it: it was never UP again, or gave none of 200 answers.
-- The same of jobs: before the fault a site's workers did none of 200.
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
SELECT 'kind ' || phase::VARCHAR || ' ' || site || ' ' || kind, share, NULL, site, phase::VARCHAR, ok, total
FROM kind_shares, share_bound
WHERE (ok = 0 OR share < low - 5 * sqrt(low * (1 - low) / total) OR share > high + 5 * sqrt(high * (1 - high) / total))
  AND NOT EXISTS (FROM shares_while_up AS w WHERE w.phase = kind_shares.phase AND w.site = kind_shares.site AND w.ok = 0)
UNION ALL
SELECT 'gone ' || site, NULL, NULL, site, 'after', ok, total FROM gone_sites
UNION ALL
SELECT 'jobs before ' || s.site, 0, NULL, s.site, 'before', 0, t.total
FROM sites AS s CROSS JOIN (SELECT count(*) AS total FROM elements JOIN truth_rows USING (id) WHERE job_site IS NOT NULL AND phase_of(acked_at) = 'before') AS t
WHERE t.total >= 200 AND (SELECT routing FROM run) = 'active-active'
  AND s.site NOT IN (SELECT job_site FROM elements JOIN truth_rows USING (id) WHERE job_site IS NOT NULL AND phase_of(acked_at) = 'before')
