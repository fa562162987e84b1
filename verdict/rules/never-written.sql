-- never-written: a read, get or list showed what no write of the run had sent when it ended: an id, a version or a value that nobody ever sent, that
-- every attempt certainly failed to write, or that was sent later.
-- Returns the first such call for each element or version, with the write that comes nearest; worst = how long (ms) before it was sent. Scope: `excused`
-- (a cut history may lack the call that sent it), `close` (within the 10 ms that clocks of two machines may differ), `` (all others).
-- Root = the class that speaks of its presence in a final state.
WITH firsts AS (
  SELECT u.*, o.op FROM unwritten AS u JOIN ops AS o USING (line)
  QUALIFY row_number() OVER (PARTITION BY u.id, u.version, u.value ORDER BY u."end", o.start, o.op, o.client, o.copy, o.site, o.pod) = 1
), excuses AS (
  SELECT f.line, f.id, f.excusable OR f.why = 'an id never sent' AND NOT coalesce(id_number(f.id) <= p.highest, false) AS excused
  FROM firsts AS f LEFT JOIN passed_ids AS p ON p.prefix = id_prefix(f.id)
  WHERE (SELECT truncated FROM history_state)
)
SELECT CASE WHEN e.excused THEN 'excused' WHEN f.sent - f."end" <= 10000 THEN 'close' ELSE '' END AS scope,
  ((f.sent - f."end") / 1000)::DOUBLE AS worst, t.class AS root, f.line, CASE WHEN f.write IS NULL THEN []::BIGINT[] ELSE [f.write] END AS earlier,
  CASE WHEN f.op = 'list' THEN f.id END AS item, f.why
FROM firsts AS f LEFT JOIN excuses AS e ON e.line = f.line AND e.id = f.id
LEFT JOIN (FROM told WHERE class IN ('phantom', 'unexpected')) AS t ON t.id = f.id
