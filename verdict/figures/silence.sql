-- Silence: the longest time for which one client, one pod and one site got or gave no answer. A client's runs from the start of a call that was not
-- answered to the end of the next that was; one that does not ask for 5 s is not waiting. A pod or a site is silent from one answer to the next, for a
-- second at least, if it owed five answers in that time, and half as many calls failed that it, or nobody, was named for: one that is out of service is
-- asked nothing. `censored`: it may have been longer.
WITH span AS (
  SELECT min(start) AS since, max("end") AS until, (SELECT max("end") FROM phases) AS closes FROM vain
), answering AS (
  SELECT client, pod, site, count(*) AS answers, min("end") AS first_end, max("end") AS last_end, max("end") FILTER ("end" < since) AS previous,
    min("end") FILTER ("end" > until) AS following, arg_min(start, "end") FILTER ("end" > until) AS following_start
  FROM ops CROSS JOIN span WHERE outcome = 'ok' GROUP BY client, pod, site
), named AS (
  SELECT CASE WHEN GROUPING(client) = 0 THEN 'client' WHEN GROUPING(pod) = 0 THEN 'pod' ELSE 'site' END AS who, client, coalesce(pod, site) AS name,
    sum(answers)::BIGINT AS answers, min(first_end) AS first_end, max(last_end) AS last_end, max(previous) AS previous,
    min(following) AS following, arg_min(following_start, following) AS following_start
  FROM answering GROUP BY GROUPING SETS ((client), (pod), (site))
), answers AS (
  SELECT client, pod, site, start, "end" FROM ops CROSS JOIN span WHERE outcome = 'ok' AND "end" BETWEEN since AND until
), to_clients AS (
  SELECT client, start, "end" FROM answers SEMI JOIN vain USING (client)
  UNION ALL
  SELECT client, following_start, following FROM named WHERE who = 'client' AND following IS NOT NULL
), waits AS (
  SELECT v.client, v.start, v."end", a.start AS answer_start, a."end" AS answer
  FROM vain AS v ASOF LEFT JOIN to_clients AS a ON a.client = v.client AND v."end" <= a."end"
), broken AS (
  SELECT *, sum(coalesce(start - reached > 5000000, false)::INT) OVER (PARTITION BY client, answer ORDER BY start, "end" ROWS UNBOUNDED PRECEDING) AS nth
  FROM (
    SELECT *, max("end") OVER (PARTITION BY client, answer ORDER BY start, "end" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM waits)
), spells AS (
  SELECT client, answer, nth, min(start) AS start, max("end") AS "end", any_value(answer_start) AS answer_start,
    nth = max(nth) OVER (PARTITION BY client, answer) AS is_last
  FROM broken GROUP BY client, answer, nth
), of_clients AS (
  -- answers to other calls of a client that has several under way end a silence too
  SELECT 'client' AS who, s.client::VARCHAR AS name, greatest(s.start, coalesce(p."end", s.start)) AS start,
    CASE WHEN s.is_last AND s.answer_start - s."end" <= 5000000 THEN s.answer ELSE s."end" END AS "end",
    s.answer IS NULL AND s."end" >= (SELECT closes FROM span) - 5000000 AS censored
  FROM spells AS s ASOF LEFT JOIN to_clients AS p ON p.client = s.client AND coalesce(s.answer, s."end") > p."end"
), by_others AS (
  SELECT 'pod' AS who, pod AS name, "end" FROM answers WHERE pod IS NOT NULL
  UNION ALL
  SELECT 'site', site, "end" FROM answers WHERE site IS NOT NULL
  UNION ALL
  SELECT who, name, unnest([previous, following]) FROM named WHERE who <> 'client' AND name IS NOT NULL
), gaps AS (
  SELECT who, name, "end" AS start, coalesce(lead("end") OVER (PARTITION BY who, name ORDER BY "end"), closes) AS "end",
    lead("end") OVER (PARTITION BY who, name ORDER BY "end") IS NULL AS censored
  FROM by_others CROSS JOIN span WHERE "end" IS NOT NULL
), failures AS (
  SELECT who, name, start, row_number() OVER (PARTITION BY who, name ORDER BY start) AS nr
  FROM (
    SELECT 'pod' AS who, coalesce(pod, '') AS name, start FROM vain WHERE NOT answered
    UNION ALL
    SELECT 'site', coalesce(site, ''), start FROM vain WHERE NOT answered)
), weighed AS (
  SELECT g.*, (g."end" - g.start) * n.answers / greatest(1, n.last_end - n.first_end - CASE WHEN g.censored THEN 0 ELSE g."end" - g.start END) AS owed
  FROM gaps AS g JOIN named AS n ON n.who = g.who AND n.name = g.name WHERE g."end" - g.start >= 1000000
), counted AS (
  SELECT w.who, w.name, w.start, w."end", w.censored, w.owed, coalesce(a.nr, 0) - coalesce(b.nr, 0) + coalesce(c.nr, 0) - coalesce(d.nr, 0) AS failed
  FROM weighed AS w
  ASOF LEFT JOIN failures AS a ON a.who = w.who AND a.name = w.name AND w."end" > a.start
  ASOF LEFT JOIN failures AS b ON b.who = w.who AND b.name = w.name AND w.start > b.start
  ASOF LEFT JOIN (FROM failures WHERE name = '') AS c ON c.who = w.who AND w."end" > c.start
  ASOF LEFT JOIN (FROM failures WHERE name = '') AS d ON d.who = w.who AND w.start > d.start
)
SELECT who, name, start, "end", censored FROM (
  FROM of_clients
  UNION ALL
  SELECT who, name, start, "end", censored FROM counted WHERE owed >= 5 AND failed >= owed / 2)
WHERE "end" > start
QUALIFY row_number() OVER (PARTITION BY who ORDER BY "end" - start DESC, start, name) = 1
ORDER BY who
