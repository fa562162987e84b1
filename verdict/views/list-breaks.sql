-- List breaks: pages that contradict what a list is. A chain is pages of one name, each asked from the position that the one before it gave: whatever
-- it began with, and whoever asked, it goes through the list once. A page that gave no position leaves the next to begin anew.
CREATE TABLE chained AS
WITH begun AS (
  SELECT *, (after IS NULL OR lag(given) OVER w IS DISTINCT FROM after)::INT AS begins FROM pages
  WINDOW w AS (PARTITION BY name ORDER BY start, "end", after NULLS FIRST, next, client)
), numbered AS (
  SELECT *, sum(begins) OVER (PARTITION BY name ORDER BY start, "end", after NULLS FIRST, next, client ROWS UNBOUNDED PRECEDING) AS chain FROM begun
)
SELECT name, chain, line, row_number() OVER (PARTITION BY name, chain ORDER BY start, "end", after NULLS FIRST, next, client) AS place FROM numbered;

-- More items than the page could hold, and a page with items that says to go on from where it was asked.
INSERT INTO list_breaks
SELECT 'limit', line, len(items), NULL, NULL, NULL FROM pages WHERE len(items) > most
UNION ALL
SELECT 'next', line, NULL, NULL, NULL, NULL FROM pages WHERE given = after AND len(items) > 0;

-- Twice: an id that one page, or two pages of a chain, showed again. An element that two attempts may have written could have stood at two positions,
-- of which a takeover lost the first: two copies, or two terms of one, may show both. Puts may move what they change.
INSERT INTO list_breaks
WITH again AS (
  SELECT id, count(*) AS times, arg_min(line, (c.place, s.nth)) AS first, arg_max(line, (c.place, s.nth)) AS last
  FROM list_sightings AS s JOIN chained AS c USING (line) GROUP BY c.name, c.chain, id HAVING count(*) > 1
), movable AS (
  SELECT id, bool_or(op = 'put') AS put FROM ops SEMI JOIN again USING (id) WHERE op IN ('add', 'put') AND outcome <> 'failed'
  GROUP BY id HAVING count(*) > 1 OR bool_or(op = 'put')
)
SELECT 'twice', a.last, a.times, a.id, NULL, nullif(a.first, a.last)
FROM again AS a JOIN ops AS f ON f.line = a.first JOIN ops AS l ON l.line = a.last LEFT JOIN movable AS m ON m.id = a.id
WHERE a.first = a.last OR m.id IS NULL
  OR NOT m.put AND coalesce(f.copy = l.copy AND f.timeline IS NOT DISTINCT FROM l.timeline AND f.epoch IS NOT DISTINCT FROM l.epoch, false);

-- Order: an element that was acknowledged before another was begun stands behind it. One that was written again since may have been lost meanwhile, and
-- puts may move what they change.
INSERT INTO list_breaks
WITH placed AS (
  SELECT c.name, c.chain, c.place, s.nth, s.line, s.id, e.acked_at, e.started
  FROM list_sightings AS s JOIN chained AS c USING (line) JOIN elements AS e ON e.id = s.id
), disordered AS (
  SELECT DISTINCT name, chain FROM (
    SELECT name, chain, acked_at, max(started) OVER (PARTITION BY name, chain ORDER BY place, nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest
    FROM placed)
  WHERE acked_at < newest
), behind AS (
  SELECT line, id, acked_at, max(started) OVER w AS newest, arg_max(id, started) OVER w AS other, arg_max(line, started) OVER w AS earlier
  FROM placed SEMI JOIN disordered USING (name, chain)
  WINDOW w AS (PARTITION BY name, chain ORDER BY place, nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), written_since AS (
  SELECT DISTINCT o.id FROM ops AS o JOIN (SELECT id, min(acked_at) AS acked_at FROM behind GROUP BY id) AS b ON b.id = o.id
  WHERE o.op = 'put' AND o.outcome <> 'failed' OR o.op = 'add' AND o.outcome <> 'failed' AND o.start > b.acked_at
)
SELECT 'order', line, NULL, id, other, nullif(earlier, line) FROM behind ANTI JOIN written_since USING (id) WHERE acked_at < newest;
