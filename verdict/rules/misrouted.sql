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
SELECT 'gone ' || s.site, NULL, NULL, s.site, 'after', coalesce(a.ok, 0), t.ok
FROM sites AS s CROSS JOIN (SELECT start, "end" FROM phases WHERE name = 'after') AS p
CROSS JOIN (SELECT coalesce(sum(ok), 0)::BIGINT AS ok FROM site_answers WHERE phase = 'after') AS t
LEFT JOIN (FROM site_answers WHERE phase = 'after') AS a ON a.site = s.site
WHERE (SELECT shares_promised FROM run)
  AND (EXISTS (FROM site_answers AS b WHERE b.site = s.site AND b.phase = 'before') OR EXISTS (FROM site_states AS u WHERE u.site = s.site AND u.up AND u."at" < p.start))
  AND (a.ok IS NULL AND t.ok >= 200 AND NOT EXISTS (FROM shares_while_up AS w WHERE w.site = s.site AND w.phase = 'after')
    -- a balancer that tells nothing is no site that is away: one that answers to the end is back
    OR coalesce(a.last_end < p."end" - 1000000, true) AND (
      SELECT count(*) > 0 AND NOT bool_or(u.up) FROM site_states AS u WHERE u.site = s.site AND u."at" >= p.start AND u."at" < p."end"))
