-- Adds by fate; unknown and accepted ones are looked up in the truth.
SELECT count(*) FILTER (WHERE fate = 'acknowledged') AS acknowledged, count(*) FILTER (WHERE fate = 'accepted') AS accepted,
  count(*) FILTER (WHERE fate = 'failed') AS failed, count(*) FILTER (WHERE fate = 'unknown') AS unknown,
  count(*) FILTER (WHERE fate = 'unknown' AND present) AS recovered, count(*) FILTER (WHERE fate = 'unknown' AND NOT present) AS vanished,
  count(*) FILTER (WHERE fate = 'accepted' AND NOT present) AS "acceptedVanished"
FROM elements
