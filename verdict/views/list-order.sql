-- Order of walks: positions follow commits, so that all walks show the elements in one order, and a walk from the beginning that showed an element shows what
-- any other has before it. What was written more than once may have been lost and written anew meanwhile, and puts may move what they change: only
-- elements of one attempt are looked at.
CREATE TEMP TABLE fixed AS
SELECT id, min(start) AS started FROM ops SEMI JOIN list_sightings USING (id) WHERE op IN ('add', 'put') AND outcome <> 'failed'
GROUP BY id HAVING count(*) = 1 AND NOT bool_or(op = 'put');

-- `rank`: one order of all elements, that of the longest chain which shows each; a chain that another contradicts has some pair against it.
CREATE TEMP TABLE ranked AS
WITH numbered AS (
  SELECT line, place, dense_rank() OVER (ORDER BY name, chain) AS nr FROM chained
), shown AS (
  SELECT n.nr, s.id, s.line, f.started, n.place, s.nth FROM list_sightings AS s JOIN numbered AS n USING (line) JOIN fixed AS f ON f.id = s.id
  QUALIFY row_number() OVER (PARTITION BY n.nr, s.id ORDER BY n.place, s.nth) = 1
), placed AS (
  SELECT nr, id, line, row_number() OVER w AS pos, first_value(started) OVER w AS since, count(*) OVER (PARTITION BY nr) AS length
  FROM shown WINDOW w AS (PARTITION BY nr ORDER BY place, nth)
), ranks AS (
  SELECT id, row_number() OVER (ORDER BY home.since, home.nr, home.pos) AS rank
  FROM (SELECT id, arg_max({'since': since, 'nr': nr, 'pos': pos}, (length, nr)) AS home FROM placed GROUP BY id)
)
SELECT p.nr, p.id, p.line, p.pos, r.rank FROM placed AS p JOIN ranks AS r USING (id);

INSERT INTO list_breaks
WITH against AS (
  -- behind what stands after it in that order; a list that is wrong in more places is told by these
  FROM (SELECT *, max(rank) OVER (PARTITION BY nr ORDER BY pos ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest FROM ranked)
  WHERE rank < highest ORDER BY nr, pos LIMIT 200
)
SELECT 'walks', a.line, NULL, a.id, b.id, later.line
FROM against AS a JOIN ranked AS b ON b.nr = a.nr AND b.pos < a.pos AND b.rank > a.rank
JOIN ranked AS sooner ON sooner.id = a.id AND sooner.nr <> a.nr JOIN ranked AS later ON later.nr = sooner.nr AND later.id = b.id AND later.pos > sooner.pos
QUALIFY row_number() OVER (PARTITION BY a.nr, a.id ORDER BY later.nr, b.pos DESC) = 1;

-- Passed over: what another walk from the beginning showed before an element that this one showed as well.
INSERT INTO skips
WITH placed AS MATERIALIZED (
  SELECT *, row_number() OVER (PARTITION BY nr ORDER BY start, "end", nth) AS pos FROM (
    SELECT w.nr, s.id, w.start, w."end", s.nth FROM walked AS w JOIN list_sightings AS s USING (line) SEMI JOIN fixed USING (id) SEMI JOIN truth_ids USING (id)
    QUALIFY row_number() OVER (PARTITION BY w.nr, s.id ORDER BY w.start, w."end", s.nth) = 1)
), furthest AS (
  SELECT id, max(pos) AS pos, arg_max(nr, (pos, nr)) AS nr FROM placed GROUP BY id
), short AS (
  SELECT p.nr, min(p.pos) AS first, max(p.pos) AS last FROM placed AS p JOIN furthest AS f USING (id) WHERE p.pos < f.pos GROUP BY p.nr
), missing AS (
  SELECT DISTINCT s.nr, b.id
  FROM (FROM short ORDER BY nr LIMIT 200) AS s JOIN placed AS p ON p.nr = s.nr AND p.pos IN (s.first, s.last)
  JOIN furthest AS f ON f.id = p.id JOIN placed AS b ON b.nr = f.nr AND b.pos < f.pos
  ANTI JOIN placed AS own ON own.nr = s.nr AND own.id = b.id
), pages AS (
  SELECT nr, arg_max(line, (start, "end")) AS line, bool_or(asked = 'replica') AS replica FROM walked GROUP BY nr
)
SELECT CASE WHEN replica THEN 'replica' ELSE 'primary' END, p.line, count(*), arg_min(m.id, (s."at", m.id)), min(s."at")
FROM missing AS m JOIN pages AS p USING (nr) JOIN (SELECT id, min("end") AS "at" FROM list_sightings GROUP BY id) AS s ON s.id = m.id
ANTI JOIN skips AS k ON k.line = p.line
GROUP BY p.line, replica;
