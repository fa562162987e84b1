-- Acks of two writers at once: on an older epoch (or an older timeline of one system, or of one that is not named) after the end of one on a newer; or, within one epoch,
-- system and timeline, as far as they are known, on a copy X after one on a copy Y after one on X. Two systems within one epoch are two copies in that sense: only a new
-- epoch makes another system the writer. `earlier`: the acks that make it so.
CREATE TABLE all_acks AS
SELECT line, id, client, start, "end", copy, epoch, system, timeline, concat_ws(':', coalesce(epoch::VARCHAR, ''), coalesce(system, ''), coalesce(timeline::VARCHAR, '')) AS term
FROM ops WHERE acked AND op IN ('add', 'put');

CREATE TABLE split_terms AS
WITH firsts AS (
  -- the ack that ended first, by copy and term
  SELECT term, epoch, system, copy, min("end") AS "end", arg_min(line, ("end", start, client, id)) AS line
  FROM all_acks WHERE copy IS NOT NULL GROUP BY term, epoch, system, copy
)
SELECT f.term, a.term AS other_term, f.copy AS x, a.copy AS y, min(a."end") AS "end",
  [any_value(f.line), arg_min(a.line, (a."end", a.start, a.client, a.id))] AS earlier
FROM all_acks AS a JOIN firsts AS f
  -- what is not known is not equal: a switchover and back, of which no answer tells the term, is none
  ON f.copy <> a.copy AND a.start > f."end" AND (f.term = a.term AND coalesce(a.epoch, a.timeline) IS NOT NULL OR f.epoch = a.epoch AND f.system <> a.system)
GROUP BY f.term, a.term, f.copy, a.copy;

INSERT INTO split_acks
WITH epochs AS (
  SELECT epoch, min("end") AS "end", arg_min(line, ("end", start, client, id)) AS line FROM all_acks WHERE epoch IS NOT NULL GROUP BY epoch
), newer_epochs AS (
  SELECT epoch, min("end") OVER w AS "end", arg_min(line, "end") OVER w AS line FROM epochs WINDOW w AS (ORDER BY epoch DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), timelines AS (
  SELECT epoch, system, timeline, min("end") AS "end", arg_min(line, ("end", start, client, id)) AS line
  FROM all_acks WHERE timeline IS NOT NULL GROUP BY epoch, system, timeline
), placed AS (
  -- A term that does not name its epoch, or its system, may be of any: `any` holds them all.
  SELECT coalesce(epoch::VARCHAR, '') AS epoch, coalesce(system, '') AS system, timeline, "end", line FROM timelines
  UNION ALL
  SELECT 'any', coalesce(system, ''), timeline, "end", line FROM timelines
  UNION ALL
  SELECT epoch::VARCHAR, 'any', timeline, "end", line FROM timelines WHERE epoch IS NOT NULL
), newer_timelines AS (
  SELECT epoch, system, timeline, min(min("end")) OVER w AS "end", arg_min(arg_min(line, "end"), min("end")) OVER w AS line FROM placed
  GROUP BY epoch, system, timeline WINDOW w AS (PARTITION BY epoch, system ORDER BY timeline DESC ROWS UNBOUNDED PRECEDING)
), asking AS (
  -- Systems are not compared where one is named, the other is not, and no epoch says that they are one: evidence/acks.sql doubts those.
  SELECT *, unnest(CASE
      WHEN epoch IS NOT NULL AND system IS NOT NULL THEN [{'e': epoch::VARCHAR, 's': system}, {'e': epoch::VARCHAR, 's': ''}, {'e': '', 's': system}]
      WHEN epoch IS NOT NULL THEN [{'e': epoch::VARCHAR, 's': 'any'}, {'e': '', 's': ''}]
      ELSE [{'e': 'any', 's': coalesce(system, '')}] END) AS place
  FROM all_acks WHERE timeline IS NOT NULL
), found AS (
  SELECT a.line, a.id, a.copy, n."end" AS since, [n.line] AS earlier, 1 AS rank FROM all_acks AS a JOIN newer_epochs AS n ON n.epoch = a.epoch AND a.start > n."end"
  UNION ALL
  SELECT a.line, a.id, a.copy, n."end", [n.line], 2 FROM asking AS a
  ASOF JOIN newer_timelines AS n ON n.epoch = a.place.e AND n.system = a.place.s AND a.timeline < n.timeline
  WHERE a.start > n."end"
  UNION ALL
  SELECT a.line, a.id, a.copy, s."end", s.earlier, 3 FROM all_acks AS a JOIN split_terms AS s ON s.term = a.term AND s.x = a.copy AND a.start > s."end"
)
SELECT line, id, copy, since, earlier FROM found QUALIFY row_number() OVER (PARTITION BY line ORDER BY rank, since, earlier) = 1;

-- Copies on the losing side, and since when they were: losses and reads that the split explains.
INSERT INTO split_copies
SELECT copy, min(since) FROM (
  SELECT copy, since FROM split_acks
  UNION ALL
  SELECT s.x, s."end" FROM split_terms AS s SEMI JOIN split_terms AS back ON back.term = s.other_term AND back.other_term = s.term AND back.x = s.y AND back.y = s.x
  WHERE EXISTS (FROM split_acks)
) WHERE copy <> (SELECT copy FROM truth) GROUP BY copy;

INSERT INTO told
SELECT id, 'split-brain' FROM split_acks WHERE copy IS DISTINCT FROM (SELECT copy FROM truth)
UNION
SELECT a.id, 'split-brain' FROM all_acks AS a JOIN split_copies USING (copy) WHERE EXISTS (FROM split_terms AS s WHERE s.term = a.term AND s.x = a.copy);

-- Turns: acks of two copies after each other whose terms cannot be compared, where they change there and back twice within a second: no switchover does.
INSERT INTO split_turns
SELECT least(copy, previous), greatest(copy, previous), count(*), min(start) FROM (
  SELECT *, lag(copy) OVER w AS previous, lag("end") OVER w AS ended, lag(epoch) OVER w AS other_epoch, lag(timeline) OVER w AS other_timeline, lag(system) OVER w AS other_system
  FROM all_acks WHERE copy IS NOT NULL WINDOW w AS (ORDER BY "end", start, copy, id, client)
) WHERE previous <> copy AND start > ended AND (epoch IS NULL OR other_epoch IS NULL)
  AND (timeline IS NULL OR other_timeline IS NULL OR coalesce(system <> other_system, false))
GROUP BY least(copy, previous), greatest(copy, previous), start // 1000000
HAVING least(count(*) FILTER (copy < previous), count(*) FILTER (copy > previous)) >= 2;
