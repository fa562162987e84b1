-- Share of each site in the ok answers, by phase.
SELECT phase::VARCHAR AS phase, site, ok / sum(ok) OVER (PARTITION BY phase) AS share FROM site_answers WHERE phase IS NOT NULL
ORDER BY phase, site
