-- Copies and sites that the observer did not look at often enough. A look that waited for an answer in vain covers the time it took.
CREATE VIEW watched AS
SELECT copy, NULL::VARCHAR AS site FROM copies WHERE role IS DISTINCT FROM 'gone'
UNION ALL
SELECT NULL, site FROM sites;

CREATE VIEW looks AS
SELECT copy, NULL::VARCHAR AS site, "at", CASE WHEN up THEN 0 ELSE took END AS waited FROM copy_samples
UNION ALL
SELECT NULL, site, "at", CASE WHEN up THEN 0 ELSE took END FROM site_states;

CREATE VIEW unmet_samples AS
WITH per_phase AS (
  SELECT p.name AS phase, w.copy, w.site, p.start, p."end", l."at", l.waited
  FROM phases AS p CROSS JOIN watched AS w
  LEFT JOIN looks AS l ON l.copy IS NOT DISTINCT FROM w.copy AND l.site IS NOT DISTINCT FROM w.site AND l."at" >= p.start AND l."at" < p."end"
), gaps AS (
  SELECT *, coalesce(lead("at") OVER w, "end") - ("at" + waited) AS gap FROM per_phase WHERE "at" IS NOT NULL
  WINDOW w AS (PARTITION BY phase, copy, site ORDER BY "at")
  UNION ALL
  SELECT phase, copy, site, start, "end", NULL, NULL, coalesce(min("at"), "end") - start FROM per_phase GROUP BY phase, copy, site, start, "end"
), summed AS (
  SELECT phase, copy, site, ("end" - start - least("end" - start, coalesce(sum(waited), 0))) / 1e6 AS seconds, count("at") AS samples, max(gap) AS gap
  FROM gaps GROUP BY phase, copy, site, start, "end"
)
SELECT phase::VARCHAR AS phase, copy, site, format('{} "{}" was sampled {:,} times in {:.1f} s of "{}" (longest gap {:.0f} ms), the floor is {:g} a second',
  CASE WHEN site IS NULL THEN 'copy' ELSE 'site' END, coalesce(copy, site), samples, seconds, phase, gap / 1000, samplesPerSecond) AS message
FROM summed CROSS JOIN floors
WHERE samplesPerSecond > 0 AND (samples = 0 OR samples + 1 < 0.99 * samplesPerSecond * seconds OR gap > greatest(1e6, 5e6 / samplesPerSecond))
UNION ALL
SELECT NULL, NULL, NULL, 'run.json names no database copy, so that none could be watched'
FROM floors WHERE samplesPerSecond > 0 AND NOT EXISTS (FROM copies);
