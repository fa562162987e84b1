-- unwatched-exit: a daemon of the lab ended, or a copy's server was started anew, without a journalled fault that had begun before.
-- Returns each such end; `fault` is what the observer took for the reason.
SELECT 'exit' AS scope, NULL::DOUBLE AS worst, o.exit AS daemon, o.host, o.fault, NULL::VARCHAR AS copy, o."at" AS start
FROM (SELECT DISTINCT exit, host, fault, "at" FROM observations WHERE exit IS NOT NULL) AS o
ANTI JOIN faults AS f ON f.first_line <= o."at" AND (f.fault = o.fault OR f.id = o.fault)
UNION ALL
SELECT 'restart', NULL, NULL, NULL, NULL, r.copy, r."at"
FROM restarts AS r WHERE r.certain AND r."at" < coalesce((SELECT min(first_line) FROM faults), 9223372036854775807)
