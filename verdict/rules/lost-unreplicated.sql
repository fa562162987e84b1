-- lost-unreplicated: a write was answered, but not promised to be replicated, and the truth lacks it: `accepted`: answered with `replicated: false`;
-- `degraded`: acknowledged while every sample of the primary around it showed that synchronous replication was off.
-- Returns the answer to each lost add, and for each key the newest such put; deposed = the copies that held it when they were deposed.
SELECT CASE WHEN l.acked THEN 'degraded' ELSE 'accepted' END AS scope, NULL::DOUBLE AS worst, t.class AS root, l.id, l.line, NULL::VARCHAR AS truth, l.deposed
FROM lost_adds AS l LEFT JOIN told AS t ON t.id = l.id WHERE NOT l.promised
UNION ALL
SELECT CASE WHEN p.acked THEN 'degraded' ELSE 'accepted' END, NULL, t.class, u.id, u.line, u.why, d.copies
FROM update_losses AS u JOIN puts AS p ON p.line = u.line LEFT JOIN told AS t ON t.id = u.id
LEFT JOIN deposed_holders AS d ON d.id = u.id AND d.version = p.said WHERE NOT u.promised
