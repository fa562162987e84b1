-- Share of each site in the ok answers, by phase.
SELECT phase::VARCHAR AS phase, site, count(*) / sum(count(*)) OVER (PARTITION BY phase) AS share
FROM (SELECT phase_of(due) AS phase, site FROM ops WHERE outcome = 'ok' AND site IS NOT NULL) WHERE phase IS NOT NULL
GROUP BY phase, site ORDER BY phase, site
