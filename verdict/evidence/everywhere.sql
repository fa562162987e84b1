-- Everywhere: whether the load asked for what it was to ask for, and of everybody, where run.json says so (`arrivals.offers`).

-- Roles: of each kind the part that asks for a role. Chance spreads it by its root: five times that is exceeded once in two million.
INSERT INTO unmet_everywhere
WITH kinds AS (
  SELECT kind, role, sum(rate) / sum(sum(rate)) OVER (PARTITION BY kind) AS planned FROM planned_offers WHERE rate > 0 GROUP BY kind, role
), asked AS (
  SELECT phase_of(due) AS phase, kind, role, count(*) AS calls FROM ops WHERE kind IN (SELECT kind FROM kinds) AND phase_of(due) IS NOT NULL GROUP BY ALL
), totals AS (
  SELECT phase, kind, sum(calls)::BIGINT AS total FROM asked GROUP BY ALL
), roles AS (
  SELECT phase, kind, role FROM asked UNION SELECT t.phase, k.kind, k.role FROM totals AS t JOIN kinds AS k USING (kind)
)
SELECT b.phase, NULL, format('{:,} of the {:,} {} operations of "{}" asked for {}; planned were {:.0f} %',
  coalesce(a.calls, 0), t.total, b.kind, b.phase, CASE WHEN b.role IS NULL THEN 'no role' ELSE format('the {}', b.role) END, 100 * coalesce(k.planned, 0))
FROM roles AS b JOIN totals AS t USING (phase, kind)
LEFT JOIN asked AS a ON a.phase = b.phase AND a.kind = b.kind AND a.role IS NOT DISTINCT FROM b.role
LEFT JOIN kinds AS k ON k.kind = b.kind AND k.role IS NOT DISTINCT FROM b.role
WHERE abs(coalesce(a.calls, 0) - t.total * coalesce(k.planned, 0)) > 1 + 0.01 * t.total + 5 * sqrt(t.total * coalesce(k.planned * (1 - k.planned), 0));

-- Strangers: reads of what nobody had acknowledged, as every other read asks for something known. Of an API that says "found" without asking nothing else tells.
INSERT INTO unmet_everywhere
SELECT phase, NULL, format('{:,} of the {:,} reads answered in "{}" asked for what nobody had acknowledged; the floor is {:.1f} %: that a read finds what is not there would not show',
  reads - known, reads, phase, 100 * strangers)
FROM floors CROSS JOIN (
  SELECT r.phase, r.reads, coalesce(k.known, 0) AS known
  FROM (SELECT phase_of(start) AS phase, count(*) AS reads FROM ops WHERE op = 'read' AND outcome = 'ok' AND found IS NOT NULL GROUP BY 1) AS r
  LEFT JOIN (SELECT phase, sum(calls)::BIGINT AS known FROM asked_bins GROUP BY phase) AS k USING (phase)
  WHERE r.phase IS NOT NULL
) AS answered
-- two standard deviations of what the floor expects: the load asks for four times as many
WHERE reads >= 200 AND reads - known + 2 * sqrt(strangers * reads) < strangers * reads;

-- Rows: where adds name their transaction, what is found must name its own, or a wrong row would not show.
INSERT INTO unmet_everywhere
SELECT NULL, NULL, format('{:,} of the {:,} reads that found their element do not name its transaction ("xid"), which adds do: that they show the wrong row would not be seen', untold, found)
FROM (SELECT count(*) AS found, count(*) FILTER (WHERE payload IS NULL) AS untold FROM ops WHERE op = 'read' AND outcome = 'ok' AND found)
WHERE untold > 0.01 * found AND EXISTS (FROM ops WHERE op = 'add' AND outcome = 'ok' AND payload IS NOT NULL) AND EXISTS (FROM floors WHERE strangers > 0);

-- Members: every copy that is up from the start of a phase to its end answers reads in it, and so does one that is back, as soon as it stays for ten
-- seconds: twice what an endpoint's checks and the pools of connections take to use it. While a fault lasts it may be what keeps reads from a copy that
-- the observer reaches. Only where the load asks for what the copy was all that time, a primary or a replica, and of a database that all sites share: which
-- copy else is asked the traffic decides.
INSERT INTO unmet_everywhere
WITH looks AS (
  SELECT copy, "at", up, lag(up) OVER w AS was_up FROM copy_samples JOIN copies USING (copy)
  WHERE role IN ('primary', 'replica') WINDOW w AS (PARTITION BY copy ORDER BY "at")
), lives AS (
  SELECT copy, life, min("at") AS since, max("at") AS until
  FROM (SELECT *, sum((up IS DISTINCT FROM was_up)::INT) OVER (PARTITION BY copy ORDER BY "at") AS life FROM looks) WHERE up GROUP BY copy, life
), returns AS (
  SELECT l.copy, l.until, greatest(l.since, (SELECT max(coalesce(gone, 9007199254740991)) FROM faults AS f WHERE f.began < l.since AND coalesce(f.gone, 9007199254740991) > l.since)) AS since
  FROM lives AS l WHERE l.life > 1
), quiet_returns AS (
  SELECT r.copy, r.since, least(r.until, (SELECT max("end") FROM phases), (SELECT min(f.began) FROM faults AS f WHERE f.began >= r.since)) AS until
  FROM returns AS r WHERE r.since > (SELECT min(start) FROM phases)
), spans AS (
  SELECT l.copy, p.name AS phase, p.start AS since, p."end" AS until, format('in "{}"', p.name) AS span
  FROM lives AS l JOIN phases AS p ON l.since <= p.start + 200000 AND l.until >= p."end" - 200000
  WHERE p.name <> 'during'
  UNION ALL
  SELECT copy, phase_of(since), since, until, format('from {} µs on, when it was back', since) FROM quiet_returns WHERE until - since >= 10000000
), asked AS (
  SELECT s.*, CASE WHEN bool_and(l.writable) THEN 'primary' WHEN NOT bool_or(l.writable) THEN 'replica' END::asked_role AS role
  FROM spans AS s JOIN copy_samples AS l ON l.copy = s.copy AND l.up AND l."at" >= s.since AND l."at" <= s.until GROUP BY ALL
)
SELECT s.phase, s.copy, format('"{}" answered {:,} reads {}; at least {:,} are needed to show that it is right', s.copy, count(r.line), s.span, any_value(askedOfEach))
FROM asked AS s CROSS JOIN floors
LEFT JOIN (SELECT line, copy, start, "end" FROM ops WHERE op IN ('read', 'get', 'list') AND outcome = 'ok') AS r ON r.copy = s.copy AND r.start >= s.since AND r."end" <= s.until
WHERE (SELECT pattern = 'recommended' FROM run) AND s.role IN (SELECT role FROM planned_offers WHERE rate > 0)
GROUP BY s.copy, s.phase, s.since, s.until, s.span
HAVING count(r.line) < any_value(askedOfEach);
