-- Terms: who answered writes when, by epoch, system and timeline. A 202 counts too: who was deposed must not commit any write of its own.
CREATE TABLE terms AS
SELECT epoch, system, timeline, copy, max(start) AS last_start, min("end") AS first_end FROM ops WHERE outcome = 'ok' AND op IN ('add', 'put') GROUP BY ALL;

-- Terms that may not have followed each other; split.sql looks closer. Too many to compare are doubtful as such.
CREATE VIEW doubtful_terms AS
SELECT o.copy FROM terms AS o JOIN terms AS n ON o.epoch < n.epoch AND o.last_start > n.first_end WHERE (SELECT count(*) FROM terms) <= 1000
UNION ALL
-- an epoch or a system that is not known tells no two terms apart
SELECT o.copy FROM terms AS o JOIN terms AS n ON o.timeline < n.timeline AND o.last_start > n.first_end
WHERE (SELECT count(*) FROM terms) <= 1000 AND coalesce(o.system = n.system, o.epoch = n.epoch, true)
UNION ALL
SELECT o.copy FROM terms AS o JOIN terms AS n ON (o.copy <> n.copy OR o.system <> n.system) AND coalesce(o.epoch = n.epoch, true)
WHERE (SELECT count(*) FROM terms) <= 1000
  AND (coalesce(o.system <> n.system, false) OR coalesce(o.timeline = n.timeline, true))
  AND o.last_start > n.first_end AND n.last_start > o.first_end
UNION ALL
SELECT copy FROM terms WHERE (SELECT count(*) FROM terms) > 1000;
