-- Site states: a site is UP at a sample while any of its servers was last seen UP. A backend is named `site` or `site/server`.
-- `known`: the balancer answered; where it did not, nobody knows the site UP.
-- A sample is stamped when its look began and is true at some moment until `true_by`: the look's end, or the next look's begin.
CREATE TABLE site_states AS
WITH samples AS (
  SELECT backend, split_part(backend, '/', 1) AS site, "at", coalesce(bool_and(status = 'UP'), false) AS up, bool_or(status IS NOT NULL) AS known, max(took) AS took
  FROM observations WHERE backend IS NOT NULL GROUP BY ALL
), changes AS (
  SELECT site, "at", up::INT - coalesce(lag(up::INT) OVER w, 0) AS change, known, took,
    coalesce("at" + took, lead("at") OVER w, 9007199254740991) AS true_by
  FROM samples WINDOW w AS (PARTITION BY backend ORDER BY "at")
)
SELECT site, "at", sum(sum(change)) OVER (PARTITION BY site ORDER BY "at") > 0 AS up, bool_and(known) AS known, max(true_by) AS true_by, coalesce(max(took), 0) AS took
FROM changes GROUP BY site, "at";

-- Answerers: who gave ok answers, by what they say of themselves and by phase.
CREATE TABLE answerers AS
SELECT phase_of(due) AS phase, copy, site, count(*) AS ok, max("end") AS last_end FROM ops WHERE outcome = 'ok' GROUP BY ALL;

-- Site answers: the ok answers of each site, by phase.
CREATE TABLE site_answers AS
SELECT phase, site, sum(ok)::BIGINT AS ok, max(last_end) AS last_end FROM answerers WHERE site IS NOT NULL GROUP BY phase, site;

-- Sites: as run.json names them, else as the balancer does.
CREATE TABLE sites AS
SELECT site, rank FROM named_sites
UNION ALL
SELECT site, row_number() OVER (ORDER BY site) - 1 FROM (SELECT DISTINCT site FROM site_states)
WHERE (SELECT count(*) FROM named_sites) = 0;

-- Spans in which every sample showed a site UP; site NULL: all sites at once. Samples over 1 s apart end a span.
-- A call strictly inside a span had the site UP in every sample from the last before its start to the first after its end; a span
-- begins when its first sample was certainly true, so that a call routed just before the site came up is not taken for one after it.
CREATE TABLE up_spans AS
WITH all_changes AS (
  SELECT "at", true_by, up::INT - coalesce(lag(up::INT) OVER (PARTITION BY site ORDER BY "at"), 0) AS change
  FROM site_states SEMI JOIN sites USING (site)
), states AS (
  SELECT site, "at", up, true_by FROM site_states
  UNION ALL
  SELECT NULL, "at", sum(sum(change)) OVER (ORDER BY "at") = (SELECT count(*) FROM sites), max(true_by) FROM all_changes GROUP BY "at"
), numbered AS (
  SELECT site, "at", up, true_by, sum(opens::INT) OVER (PARTITION BY site ORDER BY "at") AS span
  FROM (SELECT *, NOT coalesce(lag(up) OVER w, false) OR "at" - lag("at") OVER w > 1000000 AS opens FROM states WINDOW w AS (PARTITION BY site ORDER BY "at"))
)
SELECT site, min(true_by) AS first_at, max("at") AS last_at FROM numbered WHERE up GROUP BY site, span;

-- Shares of ok answers that fell into spans with all sites UP, by phase; only phases with 200 such answers say anything. During a
-- fault they say nothing: a site that is lost counts as UP until the checks have failed.
CREATE TABLE served_while_up AS
SELECT phase_of(o.due) AS phase, o.op, o.role, o.site, count(*) AS ok
FROM ops AS o JOIN up_spans AS s ON s.site IS NULL AND o.start > s.first_at AND o."end" < s.last_at
WHERE o.outcome = 'ok' AND o.site IS NOT NULL AND (SELECT routing FROM run) = 'active-active' AND phase_of(o.due) <> 'during'
GROUP BY ALL;

CREATE TABLE shares_while_up AS
WITH served AS (
  SELECT phase, site, sum(ok)::BIGINT AS ok FROM served_while_up WHERE phase IS NOT NULL GROUP BY phase, site
), totals AS (
  SELECT phase, sum(ok)::BIGINT AS total FROM served GROUP BY phase HAVING sum(ok) >= 200
)
SELECT t.phase, s.site, s.rank, coalesce(v.ok, 0) AS ok, t.total, coalesce(v.ok, 0) / t.total AS share
FROM totals AS t CROSS JOIN sites AS s LEFT JOIN served AS v ON v.phase = t.phase AND v.site = s.site;

-- The same by kind of call and what it asks for. Calls that come evenly march in step with a balancer that takes turns, all reads to one site and
-- all writes to the other: only of those that come at random it is said.
CREATE TABLE kind_shares AS
WITH totals AS (
  SELECT phase, op, role, sum(ok)::BIGINT AS total FROM served_while_up WHERE phase IS NOT NULL AND (SELECT at_random FROM run) GROUP BY phase, op, role HAVING sum(ok) >= 200
)
SELECT t.phase, t.op::VARCHAR || coalesce(' of the ' || t.role::VARCHAR, '') AS kind, s.site, coalesce(v.ok, 0) AS ok, t.total, coalesce(v.ok, 0) / t.total AS share
FROM totals AS t CROSS JOIN sites AS s
LEFT JOIN served_while_up AS v ON v.phase = t.phase AND v.op = t.op AND v.role IS NOT DISTINCT FROM t.role AND v.site = s.site;

-- Gone sites: where a share is promised, those that served or were UP before the fault, and never came back: never UP again in "after", or without one of 200 answers there.
CREATE VIEW gone_sites AS
SELECT s.site, coalesce(a.ok, 0) AS ok, t.ok AS total
FROM sites AS s CROSS JOIN (SELECT start, "end" FROM phases WHERE name = 'after') AS p
CROSS JOIN (SELECT coalesce(sum(ok), 0)::BIGINT AS ok FROM site_answers WHERE phase = 'after') AS t
LEFT JOIN (FROM site_answers WHERE phase = 'after') AS a ON a.site = s.site
WHERE (SELECT shares_promised FROM run)
  AND (EXISTS (FROM site_answers AS b WHERE b.site = s.site AND b.phase = 'before') OR EXISTS (FROM site_states AS u WHERE u.site = s.site AND u.up AND u."at" < p.start))
  AND (a.ok IS NULL AND t.ok >= 200 AND NOT EXISTS (FROM shares_while_up AS w WHERE w.site = s.site AND w.phase = 'after')
    -- a balancer that tells nothing is no site that is away: one that answers to the end is back
    OR coalesce(a.last_end < p."end" - 1000000, true) AND (
      SELECT count(*) > 0 AND NOT bool_or(u.up) FROM site_states AS u WHERE u.site = s.site AND u.known AND u."at" >= p.start AND u."at" < p."end"));
