-- Load that was not offered as planned, or too little to break a promise.
CREATE TABLE phase_kinds AS
SELECT p.name AS phase, p.start, p."end", (p."end" - p.start) / 1e6 AS seconds, k.kind, plan.rate,
  coalesce(b.offered, 0) AS offered
FROM phases AS p
CROSS JOIN (SELECT kind FROM plan WHERE rate > 0 UNION SELECT kind FROM bins) AS k
LEFT JOIN plan ON plan.kind = k.kind
LEFT JOIN (SELECT phase, kind, sum(due)::BIGINT AS offered FROM bins GROUP BY phase, kind) AS b ON b.phase = p.name AND b.kind = k.kind;

-- Holes: how long no call of a kind was due. A schedule is allowed 200 ms, or five calls where calls are rarer than that. Calls that come at random
-- leave holes of many intervals: one of more than 25 comes once in 10^11 calls, so that even the longest run has none.
CREATE TABLE holes AS
SELECT phase, kind, since, until, until - since AS length, until = closes AS at_end, since = opens AND opens = (SELECT min(start) FROM phases) AS at_start, allowed,
  2 * (until - since) <= closes - opens AS is_small
FROM (
  SELECT phase, kind, lag(last_due, 1, start) OVER (PARTITION BY phase, kind ORDER BY first_due) AS since, first_due AS until, start AS opens, "end" AS closes
  FROM (
    SELECT b.phase, b.kind, b.first_due, b.last_due, p.start, p."end" FROM bins AS b JOIN phases AS p ON p.name = b.phase
    UNION ALL
    SELECT k.phase, k.kind, k."end", k."end", k.start, k."end" FROM phase_kinds AS k WHERE k.offered > 0
  )
) JOIN (SELECT phase, kind, greatest(200000, (SELECT CASE WHEN at_random THEN 25e6 ELSE 5e6 END FROM run) / nullif(coalesce(rate, offered / seconds), 0)) AS allowed FROM phase_kinds) USING (phase, kind);

-- Of all kinds together, where they come at random.
CREATE TABLE all_holes AS
SELECT b.phase, b.since, b.until - b.since AS length, greatest(200000, 25e6 / nullif(p.rate, 0)) AS allowed
FROM (
  SELECT phase, lag(last_due) OVER (PARTITION BY phase ORDER BY bin) AS since, first_due AS until
  FROM (SELECT phase, bin, min(first_due) AS first_due, max(last_due) AS last_due FROM bins GROUP BY phase, bin)
) AS b JOIN (SELECT phase, sum(coalesce(rate, offered / seconds)) AS rate FROM phase_kinds GROUP BY phase) AS p USING (phase)
WHERE (SELECT at_random FROM run);

-- Shifted: kinds that follow each other (gets after puts) neither begin nor end at once. One may be missing for a second at the end of a phase, and at
-- the start of the first, while another is due there, and it is for most of the phase.
CREATE TABLE shifted AS
SELECT h.phase, h.kind, h.since, h.length FROM holes AS h
WHERE h.length > h.allowed AND h.length <= 1000000 AND h.is_small AND EXISTS (
  FROM holes AS o WHERE o.phase = h.phase AND o.kind <> h.kind AND o.length <= o.allowed AND (h.at_end AND o.at_end OR h.at_start AND o.at_start));

-- One call, as a grid of due times may begin anywhere in a phase; what is asked of a primary and of a replica has two grids. Calls that come at random
-- spread by the root of their number: five times that is exceeded once in two million.
CREATE VIEW unmet_load AS
SELECT phase::VARCHAR AS phase, format('{:,} {} operations were offered (issued and dropped) in "{}", planned were {:,.0f} ({:g} a second for {:.1f} s)',
  offered, kind, phase, rate * seconds, rate, seconds) AS message
FROM (
  SELECT phase, kind, offered, rate, seconds - coalesce((SELECT sum(length) FROM shifted AS s WHERE s.phase = k.phase AND s.kind = k.kind), 0) / 1e6 AS seconds
  FROM phase_kinds AS k)
WHERE NOT coalesce(abs(offered - rate * seconds) <= 0.01 * least(rate * seconds, 1e15) + CASE WHEN kind IN ('add', 'put') THEN 1 ELSE 2 END
  + CASE WHEN (SELECT at_random FROM run) THEN 5 * sqrt(rate * seconds) ELSE 0 END, rate IS NULL)
UNION ALL
SELECT phase::VARCHAR, format('no {} operation was due for {:.0f} ms from {} µs in "{}"; expected one every {:.0f} ms at least',
  kind, max(length) / 1000, arg_max(since, length), phase, any_value(allowed) / 1000)
FROM holes ANTI JOIN shifted USING (phase, kind, since)
WHERE length > allowed
GROUP BY phase, kind
UNION ALL
-- a generator that stood still shows in all kinds together, long before it shows in one of them
SELECT phase::VARCHAR, format('no operation of any kind was due for {:.0f} ms from {} µs in "{}"; expected one every {:.0f} ms at least', max(length) / 1000, arg_max(since, length), phase, any_value(allowed) / 1000)
FROM all_holes WHERE length > allowed GROUP BY phase
UNION ALL
SELECT f.phase::VARCHAR, format('{:.1f} {} a second were issued in "{}", the floor is {:g}', f.issued / f.seconds, f.what, f.phase, f.floor)
FROM (
  SELECT p.name AS phase, (p."end" - p.start) / 1e6 AS seconds, w.what, w.floor, coalesce(sum(b.issued), 0)::BIGINT AS issued
  FROM phases AS p
  CROSS JOIN (SELECT 'adds' AS what, addsPerSecond AS floor FROM floors UNION ALL SELECT 'reads', readsPerSecond FROM floors) AS w
  LEFT JOIN bins AS b ON b.phase = p.name AND CASE WHEN b.kind = 'add' THEN 'adds' WHEN b.kind <> 'put' THEN 'reads' END = w.what
  GROUP BY ALL
) AS f
WHERE EXISTS (FROM ops) AND f.floor > 0 AND (f.issued = 0 OR f.issued + 1 + CASE WHEN (SELECT at_random FROM run) THEN 5 * sqrt(f.floor * f.seconds) ELSE 0 END < 0.99 * f.floor * f.seconds)
UNION ALL
SELECT phase::VARCHAR, format('{:,} {} operations in "{}" began more than 100 ms before they were due: their due times are not those of a schedule', count(*), kind, phase)
FROM offered WHERE due - start > 100000 AND phase IS NOT NULL GROUP BY phase, kind
UNION ALL
SELECT NULL, format('{:,} {} operations were repeated, and are ok, but the history lacks attempts before the repeats ("{}" and others): when they began is not known', count(*), kind, min(id))
FROM (SELECT kind, id FROM repeated_calls GROUP BY kind, op, id, client, due HAVING count(DISTINCT coalesce(attempt, 1)) < max(attempt) AND bool_or(outcome = 'ok')) GROUP BY kind
UNION ALL
SELECT 'during', format('{:,} calls were not ok while faults lasted; at least {:,} are needed to say that they were felt', bad, failedCalls)
FROM floors CROSS JOIN (SELECT coalesce(sum(due - ok), 0)::BIGINT AS bad FROM bins WHERE phase = 'during') WHERE bad < failedCalls;
