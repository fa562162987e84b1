-- Pages: the answers of a list, with the ids that each showed. `full`: it could hold no more. One that gives no position to go on from is the end.
CREATE TABLE pages AS
SELECT line, id AS name, client, start, "end", copy, coalesce(role::VARCHAR, 'primary') AS asked, token,
  page.after AS after, coalesce(page.next, page.after) AS next, page.next AS given, page.limit AS most,
  page.next IS NOT NULL AND coalesce(len(page.items) >= page.limit, len(page.items) > 0) AS "full", page.items AS items
FROM (
  SELECT *, from_json(payload, '{"after": "VARCHAR", "next": "VARCHAR", "limit": "BIGINT", "items": ["VARCHAR"]}') AS page
  FROM ops WHERE op = 'list' AND outcome = 'ok')
WHERE page.items IS NOT NULL;

-- An id that a page showed was there.
INSERT INTO list_sightings SELECT line, unnest(items), start, "end", client, copy, asked, generate_subscripts(items, 1) FROM pages;

-- Walks: pages of one name, whichever client asked for them, in the order of their starts, from one asked without a position up to the last that goes on
-- where the one before it ended.
INSERT INTO walked
WITH numbered AS (
  SELECT *, sum((after IS NULL)::INT) OVER (PARTITION BY name ORDER BY start, "end", after NULLS FIRST, next ROWS UNBOUNDED PRECEDING) AS walk FROM pages
), chained AS (
  SELECT *, after IS NOT NULL AND lag(next) OVER w IS DISTINCT FROM after AS torn FROM numbered WHERE walk > 0
  WINDOW w AS (PARTITION BY name, walk ORDER BY start, "end", after NULLS FIRST, next)
), joined AS (
  SELECT *, sum(torn::INT) OVER (PARTITION BY name, walk ORDER BY start, "end", after NULLS FIRST, next ROWS UNBOUNDED PRECEDING) AS tears FROM chained
)
SELECT dense_rank() OVER (ORDER BY name, walk) AS nr, line, start, "end", copy, asked, token, "full" FROM joined WHERE tears = 0;
