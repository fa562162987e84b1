-- Writers of which cannot be told that they did not write at once.
CREATE VIEW unmet_terms AS
SELECT start, format(CASE why
    WHEN 'hasty' THEN '"{}" and "{}" answered writes in turn, changing there and back twice within a second, and no terms tell who was the writer: that they did not write at once cannot be told'
    ELSE '"{}" and "{}" answered writes in turn, changing {:,} times that neither faults nor looks explain, and no terms tell who was the writer: that they did not write at once cannot be told' END,
  writer, other, turns) AS message
FROM split_turns
UNION ALL
-- split.sql compares the timelines of one system, and of one epoch
SELECT min(o.last_start), format('writes were answered on timeline {} after timeline {} had been, but not all of them name their system: whether it went back cannot be told',
  min(o.timeline), max(n.timeline))
FROM terms AS o JOIN terms AS n ON o.timeline < n.timeline AND o.last_start > n.first_end
WHERE (o.system IS NULL OR n.system IS NULL) AND (o.epoch IS NULL OR n.epoch IS NULL) AND NOT EXISTS (FROM split_acks) HAVING count(*) > 0;
