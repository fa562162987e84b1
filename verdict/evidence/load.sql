-- Load that was not offered as planned, or too little to break a promise.
CREATE TABLE phase_kinds AS
SELECT p.name AS phase, p.start, p."end", (p."end" - p.start) / 1e6 AS seconds, k.kind, plan.rate,
  coalesce(b.offered, 0) AS offered
FROM phases AS p
CROSS JOIN (SELECT kind FROM plan WHERE rate > 0 UNION SELECT kind FROM bins) AS k
LEFT JOIN plan ON plan.kind = k.kind
LEFT JOIN (SELECT phase, kind, sum(due)::BIGINT AS offered FROM bins GROUP BY phase, kind) AS b ON b.phase = p.name AND b.kind = k.kind;

CREATE TABLE holes AS
SELECT phase, kind, until - since AS length, since FROM (
  SELECT phase, kind, lag(last_due, 1, start) OVER (PARTITION BY phase, kind ORDER BY first_due) AS since, first_due AS until
  FROM (
    SELECT b.phase, b.kind, b.first_due, b.last_due, p.start FROM bins AS b JOIN phases AS p ON p.name = b.phase
    UNION ALL
    SELECT k.phase, k.kind, k."end", k."end", k.start FROM phase_kinds AS k WHERE k.offered > 0
  )
);

-- one call, as a grid of due times may begin anywhere in a phase; what is asked of a primary and of a replica has two grids
CREATE VIEW unmet_load AS
SELECT phase::VARCHAR AS phase, format('{:,} {} operations were offered (issued and dropped) in "{}", planned were {:,.0f} ({:g} a second for {:.1f} s)',
  offered, kind, phase, rate * seconds, rate, seconds) AS message
FROM phase_kinds WHERE NOT coalesce(abs(offered - rate * seconds) <= 0.01 * least(rate * seconds, 1e15) + CASE WHEN kind IN ('add', 'put') THEN 1 ELSE 2 END, rate IS NULL)
UNION ALL
-- a schedule is allowed gaps of 200 ms, or of five calls where calls are rarer than that
SELECT h.phase::VARCHAR, format('no {} operation was due for {:.0f} ms from {} µs in "{}"; expected one every {:.0f} ms at least',
  h.kind, max(h.length) / 1000, arg_max(h.since, h.length), h.phase, any_value(allowed) / 1000)
FROM holes AS h
JOIN (SELECT phase, kind, greatest(200000, 5e6 / nullif(coalesce(rate, offered / seconds), 0)) AS allowed FROM phase_kinds) AS a
  ON a.phase = h.phase AND a.kind = h.kind
WHERE h.length > allowed
GROUP BY h.phase, h.kind
UNION ALL
SELECT f.phase::VARCHAR, format('{:.1f} {} a second were issued in "{}", the floor is {:g}', f.issued / f.seconds, f.what, f.phase, f.floor)
FROM (
  SELECT p.name AS phase, (p."end" - p.start) / 1e6 AS seconds, w.what, w.floor, coalesce(sum(b.issued), 0)::BIGINT AS issued
  FROM phases AS p
  CROSS JOIN (SELECT 'adds' AS what, addsPerSecond AS floor FROM floors UNION ALL SELECT 'reads', readsPerSecond FROM floors) AS w
  LEFT JOIN bins AS b ON b.phase = p.name AND CASE WHEN b.kind = 'add' THEN 'adds' WHEN b.kind <> 'put' THEN 'reads' END = w.what
  GROUP BY ALL
) AS f
WHERE EXISTS (FROM ops) AND f.floor > 0 AND (f.issued = 0 OR f.issued + 1 < 0.99 * f.floor * f.seconds)
UNION ALL
SELECT phase::VARCHAR, format('{:,} {} operations in "{}" began more than 100 ms before they were due: their due times are not those of a schedule', count(*), kind, phase)
FROM offered WHERE due - start > 100000 AND phase IS NOT NULL GROUP BY phase, kind
UNION ALL
SELECT 'during', format('{:,} calls were not ok while faults lasted; at least {:,} are needed to say that they were felt', bad, failedCalls)
FROM floors CROSS JOIN (SELECT coalesce(sum(due - ok), 0)::BIGINT AS bad FROM bins WHERE phase = 'during') WHERE bad < failedCalls;
