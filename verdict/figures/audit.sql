-- What could have broken each promise: calls by what they asked for, who answered, and phase. `blindMs`: a member that is behind by less shows nothing, for nothing
-- younger was asked for. `unaskedMs`: the longest time in which nothing was asked; what lasts less may have gone unseen. `of`: what the calls are a part of.
WITH answers AS (
  SELECT 'reads' AS what, asked, site, copy::VARCHAR AS copy, phase, bin, calls, youngest FROM asked_bins
  UNION ALL
  -- what a get or a page misses is found by what others showed; of whom they were asked, and when, tells what they can have missed
  SELECT op::VARCHAR || 's', coalesce(role::VARCHAR, 'primary'), site, coalesce(copy, '?'), phase_of(start), start // 100000, count(*), NULL
  FROM ops WHERE op IN ('get', 'list') AND outcome = 'ok' AND phase_of(start) IS NOT NULL GROUP BY ALL
), members AS (
  SELECT what, asked, 'site' AS per, site AS name, phase, bin, sum(calls)::BIGINT AS calls, min(youngest) AS youngest FROM answers WHERE site IS NOT NULL GROUP BY ALL
  UNION ALL
  SELECT what, asked, 'copy', copy, phase, bin, sum(calls)::BIGINT, min(youngest) FROM answers WHERE copy <> '?' GROUP BY ALL
), spans AS (
  SELECT m.what, m.asked, m.per, m.name, m.phase, m.calls, m.youngest, greatest(0, (m.bin - lag(m.bin, 1, p.start // 100000) OVER w) * 100000) AS gap,
    CASE WHEN lead(m.bin) OVER w IS NULL THEN p."end" - m.bin * 100000 ELSE 0 END AS rest
  FROM members AS m JOIN phases AS p ON p.name = m.phase WINDOW w AS (PARTITION BY m.what, m.asked, m.per, m.name, m.phase ORDER BY m.bin)
), told AS (
  SELECT what, asked, per, name, phase, sum(calls)::BIGINT AS calls, min(youngest) / 1000 AS blind, max(greatest(gap, rest)) / 1000 AS unasked FROM spans GROUP BY ALL
), wanted AS (
  SELECT k.what, k.asked, m.per, m.name, p.name AS phase, (p."end" - p.start) / 1000 AS length
  FROM (SELECT DISTINCT op::VARCHAR || 's' AS what, coalesce(role::VARCHAR, 'primary') AS asked FROM ops WHERE op IN ('read', 'get', 'list')) AS k
  CROSS JOIN (
    SELECT 'site' AS per, site AS name, NULL AS copy FROM sites
    UNION ALL
    SELECT 'copy', copy, copy FROM copies WHERE role IS DISTINCT FROM 'gone'
  ) AS m CROSS JOIN phases AS p
  -- a copy that acknowledges writes is no replica, and one that does not is no primary
  WHERE m.copy IS NULL OR (k.asked = 'primary') = EXISTS (FROM ops AS w WHERE w.acked AND w.op IN ('add', 'put') AND w.copy = m.copy AND phase_of(w."end") = p.name)
), pairs AS (
  -- a path from one site to one copy that nothing took, while both had their share of others
  SELECT s.what, s.asked, s.name AS site, c.name AS copy, s.phase, w.length FROM told AS s JOIN told AS c USING (what, asked, phase)
  JOIN wanted AS w ON w.what = s.what AND w.asked = s.asked AND w.per = 'copy' AND w.name = c.name AND w.phase = s.phase
  WHERE s.per = 'site' AND c.per = 'copy' AND s.calls >= 20 AND c.calls >= 20
    AND NOT EXISTS (FROM answers AS a WHERE a.what = s.what AND a.asked = s.asked AND a.phase = s.phase AND a.site = s.name AND a.copy = c.name)
)
SELECT * REPLACE (phase::VARCHAR AS phase) FROM (
  SELECT coalesce(w.what, t.what) AS what, coalesce(w.asked, t.asked) AS asked, coalesce(w.per, t.per) AS per, coalesce(w.name, t.name) AS name, coalesce(w.phase, t.phase) AS phase,
    coalesce(t.calls, 0) AS calls, NULL::BIGINT AS "of", t.blind AS "blindMs", coalesce(t.unasked, w.length) AS "unaskedMs"
  FROM wanted AS w FULL JOIN told AS t ON t.what = w.what AND t.asked = w.asked AND t.per = w.per AND t.name = w.name AND t.phase = w.phase
  UNION ALL
  SELECT what, asked, 'path', site || ' to ' || copy, phase, 0, NULL, NULL, length FROM pairs
  UNION ALL
  SELECT 'again', a.asked, 'copy', c.copy, 'after'::phase_name, coalesce(n.elements, 0), (SELECT count(*) FROM known WHERE acked_at < (SELECT min(applied) FROM faults)), NULL, NULL
  FROM (FROM copies WHERE role IS DISTINCT FROM 'gone') AS c
  CROSS JOIN (VALUES ('primary'), ('replica')) AS a(asked)
  LEFT JOIN (SELECT asked, copy::VARCHAR AS copy, count(*) AS elements FROM asked_again GROUP BY ALL) AS n ON n.asked = a.asked AND n.copy = c.copy
  WHERE EXISTS (FROM faults WHERE gone IS NOT NULL) AND (n.elements IS NOT NULL OR (a.asked = 'primary') = (c.role IS NOT DISTINCT FROM 'primary'))
  UNION ALL
  SELECT 'calls', NULL, 'kind', k.kind::VARCHAR, k.phase, k.offered, NULL, NULL, (SELECT max(length) / 1000 FROM holes AS h WHERE h.phase = k.phase AND h.kind = k.kind) FROM phase_kinds AS k
  UNION ALL
  SELECT 'writes', NULL, 'site', s.site, p.name, coalesce(w.acked, 0), NULL, NULL, NULL
  FROM sites AS s CROSS JOIN phases AS p
  LEFT JOIN (SELECT site, phase_of("end") AS phase, count(*) AS acked FROM ops WHERE acked AND op IN ('add', 'put') GROUP BY ALL) AS w ON w.site = s.site AND w.phase = p.name
) AS told_rows
ORDER BY what, asked, per, name, told_rows.phase
