-- Turns: writers whose terms cannot be compared, and that answered writes after each other, there and back. A switchover and one back look like that; two writers at once do
-- as well. `hasty`: there and back twice within a second, which no switchover does; `often`: more changes than the journal and the looks explain.
CREATE TEMP TABLE turn_terms AS SELECT row_number() OVER (ORDER BY copy, system, timeline, epoch) AS nr, * FROM terms;

CREATE TEMP TABLE turn_pairs AS
SELECT o.nr, n.nr AS other FROM turn_terms AS o JOIN turn_terms AS n ON (o.copy <> n.copy OR o.system <> n.system) AND o.last_start > n.first_end AND n.last_start > o.first_end
WHERE (o.epoch IS NULL OR n.epoch IS NULL) AND (o.timeline IS NULL OR n.timeline IS NULL OR coalesce(o.system <> n.system, o.timeline = n.timeline));

CREATE TEMP TABLE turn_writes AS
SELECT t.nr, a.start, a."end"
FROM answered AS a JOIN (FROM turn_terms WHERE nr IN (SELECT nr FROM turn_pairs)) AS t
  ON t.copy IS NOT DISTINCT FROM a.copy AND t.system IS NOT DISTINCT FROM a.system AND t.timeline IS NOT DISTINCT FROM a.timeline AND t.epoch IS NOT DISTINCT FROM a.epoch;

-- Changes: after a write of one writer that ended at `end`, the write of another that ended first of those that began later: no order of what overlaps needs fewer.
CREATE TEMP TABLE changes AS
WITH reach AS (
  SELECT nr, start, min(min("end")) OVER (PARTITION BY nr ORDER BY start DESC ROWS UNBOUNDED PRECEDING) AS "end" FROM turn_writes GROUP BY nr, start
)
SELECT i.nr, i."end", arg_min(r.nr, (r."end", r.nr)) AS next_nr, min(r."end") AS next_end
FROM (SELECT DISTINCT nr, "end", other FROM turn_writes JOIN turn_pairs USING (nr)) AS i ASOF JOIN reach AS r ON r.nr = i.other AND i."end" < r.start
GROUP BY i.nr, i."end";

INSERT INTO split_turns
SELECT least(o.name, n.name), greatest(o.name, n.name), 'hasty', 4, min(a.next_end)
FROM changes AS a JOIN changes AS b ON b.nr = a.next_nr AND b."end" = a.next_end JOIN changes AS c ON c.nr = b.next_nr AND c."end" = b.next_end
JOIN changes AS d ON d.nr = c.next_nr AND d."end" = c.next_end
JOIN (SELECT nr, coalesce(copy, system) AS name FROM turn_terms) AS o ON o.nr = a.nr JOIN (SELECT nr, coalesce(copy, system) AS name FROM turn_terms) AS n ON n.nr = a.next_nr
WHERE d.next_end - a.next_end < 1000000
GROUP BY 1, 2;

-- A change is explained by a look that shows the writer before it without the right to write, before it writes again; each fault may bring two more, and two are a switchover
-- and one back.
INSERT INTO split_turns
WITH RECURSIVE steps AS (
  FROM changes SEMI JOIN (
    SELECT next_nr AS nr, next_end AS "end" FROM changes UNION (SELECT nr, "end" FROM changes ORDER BY "end", nr LIMIT 1)) AS met USING (nr, "end")
), chain AS (
  (SELECT *, 1 AS nth FROM steps ORDER BY "end", nr LIMIT 1)
  UNION ALL
  SELECT s.*, c.nth + 1 FROM chain AS c JOIN steps AS s ON s.nr = c.next_nr AND s."end" = c.next_end WHERE c.nth < 1000
), seen AS (
  SELECT c.*, coalesce(o.copy, o.system) AS name, coalesce(n.copy, n.system) AS other, EXISTS (
    FROM copy_samples AS l WHERE l.copy = o.copy AND l.up AND NOT l.writable AND l."at" >= c."end" AND l."at" + l.took <= coalesce(s.next_end, 9007199254740991)) AS explained
  FROM chain AS c JOIN turn_terms AS o ON o.nr = c.nr JOIN turn_terms AS n ON n.nr = c.next_nr LEFT JOIN steps AS s ON s.nr = c.next_nr AND s."end" = c.next_end
)
SELECT least(name, other), greatest(name, other), 'often', count(*), min(next_end)
FROM seen WHERE NOT explained AND NOT EXISTS (FROM split_turns)
  AND (SELECT count(*) FROM seen WHERE NOT explained) > 2 + 2 * (SELECT count(*) FROM faults WHERE applied IS NOT NULL)
GROUP BY 1, 2;
