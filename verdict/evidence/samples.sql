-- Copies and sites that the observer did not look at often enough. A look that waited for an answer in vain covers the time it took.
CREATE VIEW watched AS
SELECT copy, NULL::VARCHAR AS site FROM copies WHERE role IS DISTINCT FROM 'gone'
UNION ALL
SELECT NULL, site FROM sites;

CREATE VIEW looks AS
SELECT copy, NULL::VARCHAR AS site, "at", CASE WHEN up THEN 0 ELSE took END AS waited FROM copy_samples
UNION ALL
SELECT NULL, site, "at", CASE WHEN up THEN 0 ELSE took END FROM site_states;

-- Looks that say something of what they look at: a copy that is up and shows some of its state, a site of which the balancer said anything but DOWN,
-- which is also what stands there when it gave no answer.
CREATE VIEW telling_looks AS
SELECT copy, NULL::VARCHAR AS site, phase_of("at") AS phase, "at" FROM copy_samples WHERE tells
UNION ALL
SELECT DISTINCT NULL, split_part(backend, '/', 1), phase_of("at"), "at" FROM observations WHERE backend IS NOT NULL AND status <> 'DOWN';

-- What observers saw too little of. Before the fault nothing keeps a copy, or a site that answers, from being seen: half of the looks that the floor
-- asks for must tell something. A fault may hide a copy, and it may take its time to come back: it must have been seen again, and meanwhile, where calls
-- were ok, some copy must have been seen.
CREATE VIEW unmet_telling AS
WITH told AS (
  SELECT p.name AS phase, w.copy, w.site, (p."end" - p.start) / 1e6 AS seconds, p.start,
    (SELECT count(*) FROM telling_looks AS t WHERE t.copy IS NOT DISTINCT FROM w.copy AND t.site IS NOT DISTINCT FROM w.site AND t.phase = p.name) AS looks,
    (SELECT max("at") FROM telling_looks AS t WHERE t.copy IS NOT DISTINCT FROM w.copy AND t.site IS NOT DISTINCT FROM w.site) AS last
  FROM phases AS p CROSS JOIN watched AS w
), answering AS (
  SELECT site FROM site_answers WHERE phase = 'before' QUALIFY ok >= 0.01 * sum(ok) OVER ()
)
SELECT phase::VARCHAR AS phase, copy, site, format('{} "{}" was seen {:,} times in {:.1f} s of "{}": other looks find it down, or tell nothing of it',
  CASE WHEN site IS NULL THEN 'copy' ELSE 'site' END, coalesce(copy, site), looks, seconds, phase) AS message
FROM told CROSS JOIN floors
WHERE phase = 'before' AND (copy IS NOT NULL OR site IN (FROM answering)) AND (looks = 0 OR looks + 1 < 0.5 * samplesPerSecond * seconds)
UNION ALL
SELECT 'after', copy, NULL, format('copy "{}" was never seen again after the faults: every look finds it down, or tells nothing of it', copy)
FROM told WHERE phase = 'after' AND copy IS NOT NULL AND coalesce(last < start, true)
UNION ALL
SELECT phase::VARCHAR, NULL, NULL, format('no {} was seen in "{}": every look finds it down, or tells nothing of it', CASE WHEN bool_and(copy IS NULL) THEN 'site' ELSE 'copy' END, phase)
FROM told
WHERE phase = 'after' AND site IS NOT NULL OR phase = 'before' AND site IS NOT NULL AND NOT EXISTS (FROM answering)
  OR phase = 'during' AND copy IS NOT NULL AND EXISTS (FROM bins WHERE phase = 'during' AND ok > 0)
GROUP BY phase HAVING max(looks) = 0
UNION ALL
-- a fault may hide a copy from who looks, but not all the time from the first intent on
SELECT 'during', t.copy, NULL, format('copy "{}" gave {:,} ok answers in "during", and was never seen there: every look finds it down, or tells nothing of it', t.copy, a.given)
FROM told AS t JOIN (
  SELECT copy, sum(ok)::BIGINT AS given FROM answerers WHERE copy IS NOT NULL AND phase = 'during' GROUP BY copy) AS a ON a.copy = t.copy
WHERE t.phase = 'during' AND t.looks = 0 AND a.given >= 0.1 * (SELECT sum(ok) FROM answerers WHERE copy IS NOT NULL AND phase = 'during')
UNION ALL
SELECT NULL, t.copy, NULL, format('copy "{}" is the truth, but no look tells whether it was writable', t.copy)
FROM truth AS t WHERE EXISTS (FROM copy_samples WHERE copy = t.copy AND tells) AND NOT EXISTS (FROM copy_samples WHERE copy = t.copy AND up AND writable IS NOT NULL);

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
FROM floors WHERE samplesPerSecond > 0 AND NOT EXISTS (FROM copies)
UNION ALL
SELECT phase, copy, site, message FROM unmet_telling, floors WHERE samplesPerSecond > 0
UNION ALL
SELECT phase, copy, NULL, format(CASE why
    WHEN 'down' THEN 'copy "{}" gave {:,} ok answers in "{}" while looks found it down: looks and answers contradict each other'
    ELSE 'copy "{}" answered {:,} writes between looks that show it not writable, or on another system, timeline or epoch: looks and answers contradict each other' END, copy, answers, coalesce(phase, ''))
FROM contradictions;
