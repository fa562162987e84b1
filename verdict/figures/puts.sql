-- Puts by fate, folded over the attempts of one write. Unknown ones are looked up in the truth: recovered where its row is theirs, overwritten
-- where a later version stands, so that nobody can say, else vanished.
WITH writes AS (
  SELECT id, write, max(value) AS value, max(version) AS version,
    CASE WHEN bool_or(acked) THEN 'acknowledged' WHEN bool_or(outcome = 'ok') THEN 'accepted'
      WHEN bool_or(outcome = 'unknown') THEN 'unknown' ELSE 'failed' END AS fate
  FROM puts GROUP BY id, write
), placed AS (
  SELECT fate, CASE WHEN NOT usable THEN NULL WHEN t.version > w.version THEN 'overwritten'
    WHEN coalesce(t.value = w.value, t.version = w.version, false) THEN 'recovered' ELSE 'vanished' END AS became
  FROM writes AS w CROSS JOIN (SELECT usable FROM truth) LEFT JOIN truth_keys AS t USING (id)
)
SELECT count(*) FILTER (WHERE fate = 'acknowledged') AS acknowledged, count(*) FILTER (WHERE fate = 'accepted') AS accepted,
  count(*) FILTER (WHERE fate = 'failed') AS failed, count(*) FILTER (WHERE fate = 'unknown') AS unknown,
  count(*) FILTER (WHERE fate = 'unknown' AND became = 'recovered') AS recovered,
  count(*) FILTER (WHERE fate = 'unknown' AND became = 'vanished') AS vanished,
  count(*) FILTER (WHERE fate = 'unknown' AND became = 'overwritten') AS overwritten
FROM placed
