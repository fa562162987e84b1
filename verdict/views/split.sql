-- Two writers at once: a write answered with ok, a 202 too, that began after another had ended which shows that its writer had been deposed: on an older epoch; on an older
-- timeline of one system, or within one epoch; or after a writer Y that had answered after it, within one term. `earlier`: the answers that make it so.
CREATE TABLE answered AS
SELECT line, id, client, start, "end", copy, epoch, system, timeline FROM ops WHERE outcome = 'ok' AND op IN ('add', 'put');

-- What writers are told apart by within one term: copies; systems, for only a new epoch makes another system the writer; and, where no answer names more than its
-- timeline, timelines: one that is left for a newer one does not come back. What is not known is not equal: a copy without epoch, and without system or timeline, has no term.
CREATE TABLE split_writers AS
SELECT 'copy' AS kind, copy AS writer, concat_ws(':', coalesce(epoch::VARCHAR, ''), coalesce(system, ''), coalesce(timeline::VARCHAR, '')) AS term, *
FROM answered WHERE copy IS NOT NULL AND (epoch IS NOT NULL OR system IS NOT NULL AND timeline IS NOT NULL)
UNION ALL
SELECT 'system', system, epoch::VARCHAR, * FROM answered WHERE system IS NOT NULL AND epoch IS NOT NULL
UNION ALL
SELECT 'timeline', timeline::VARCHAR, '', * FROM answered WHERE timeline IS NOT NULL AND system IS NULL AND epoch IS NULL;

CREATE TABLE split_terms AS
WITH firsts AS (
  -- the answer that ended first, by writer and term
  SELECT kind, term, writer, any_value(timeline) AS timeline, min("end") AS "end", arg_min(line, ("end", start, client, id)) AS line FROM split_writers GROUP BY kind, term, writer
)
SELECT f.kind, f.term, f.writer AS x, a.writer AS y, min(a."end") AS "end", [any_value(f.line), arg_min(a.line, (a."end", a.start, a.client, a.id))] AS earlier
FROM split_writers AS a JOIN firsts AS f ON f.kind = a.kind AND f.term = a.term AND f.writer <> a.writer AND a.start > f."end" AND (f.kind <> 'timeline' OR f.timeline < a.timeline)
GROUP BY f.kind, f.term, f.writer, a.writer;

INSERT INTO split_acks
WITH epochs AS (
  SELECT epoch, min("end") AS "end", arg_min(line, ("end", start, client, id)) AS line FROM answered WHERE epoch IS NOT NULL GROUP BY epoch
), newer_epochs AS (
  SELECT epoch, min("end") OVER w AS "end", arg_min(line, "end") OVER w AS line FROM epochs WINDOW w AS (ORDER BY epoch DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), timelines AS (
  SELECT epoch, system, timeline, min("end") AS "end", arg_min(line, ("end", start, client, id)) AS line FROM answered WHERE timeline IS NOT NULL GROUP BY epoch, system, timeline
), placed AS (
  -- the timelines of one system only go forward, whatever the epoch; within one epoch there is one system
  SELECT unnest(list_filter([CASE WHEN system IS NOT NULL THEN 'system ' || system END, 'epoch ' || epoch, CASE WHEN system IS NULL THEN 'nameless in epoch ' || epoch END],
    lambda place: place IS NOT NULL)) AS place, timeline, "end", line FROM timelines
), newer_timelines AS (
  SELECT place, timeline, min(min("end")) OVER w AS "end", arg_min(arg_min(line, "end"), min("end")) OVER w AS line FROM placed
  GROUP BY place, timeline WINDOW w AS (PARTITION BY place ORDER BY timeline DESC ROWS UNBOUNDED PRECEDING)
), asking AS (
  -- where neither says that it is one system, evidence/terms.sql doubts it
  SELECT *, unnest(CASE WHEN system IS NULL THEN ['epoch ' || epoch] ELSE ['system ' || system, 'nameless in epoch ' || epoch] END) AS place FROM answered WHERE timeline IS NOT NULL
), found AS (
  SELECT a.line, a.id, a.copy, n."end" AS since, [n.line] AS earlier, 1 AS rank FROM answered AS a JOIN newer_epochs AS n ON n.epoch = a.epoch AND a.start > n."end"
  UNION ALL
  SELECT a.line, a.id, a.copy, n."end", [n.line], 2 FROM asking AS a ASOF JOIN newer_timelines AS n ON n.place = a.place AND a.timeline < n.timeline
  WHERE a.start > n."end"
  UNION ALL
  SELECT a.line, a.id, a.copy, s."end", s.earlier, 3 FROM split_writers AS a JOIN split_terms AS s ON s.kind = a.kind AND s.term = a.term AND s.x = a.writer AND a.start > s."end"
)
SELECT line, id, copy, since, earlier FROM found QUALIFY row_number() OVER (PARTITION BY line ORDER BY rank, since, earlier) = 1;

-- Copies on the losing side, and since when they were: losses and reads that the split explains.
INSERT INTO split_copies
SELECT copy, min(since) FROM (
  SELECT copy, since FROM split_acks
  UNION ALL
  SELECT w.copy, s."end" FROM split_terms AS s SEMI JOIN split_terms AS back ON back.kind = s.kind AND back.term = s.term AND back.x = s.y AND back.y = s.x
  JOIN (SELECT DISTINCT kind, term, writer, copy FROM split_writers) AS w ON w.kind = s.kind AND w.term = s.term AND w.writer = s.x
  WHERE EXISTS (FROM split_acks)
) WHERE copy <> (SELECT copy FROM truth) GROUP BY copy;

INSERT INTO told
SELECT id, 'split-brain' FROM split_acks WHERE copy IS DISTINCT FROM (SELECT copy FROM truth)
UNION
SELECT a.id, 'split-brain' FROM split_writers AS a JOIN split_copies USING (copy) WHERE EXISTS (FROM split_terms AS s WHERE s.kind = a.kind AND s.term = a.term AND s.x = a.writer);
