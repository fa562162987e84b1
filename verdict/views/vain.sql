-- Vain: calls that were not answered ok, or not within 100 ms: what a silence is made of. Where none is, nobody waited long for an answer.
CREATE TABLE vain AS
SELECT client, pod, site, start, "end", outcome = 'ok' AS answered FROM ops WHERE (outcome <> 'ok' OR "end" - start > 100000) AND phase_of(due) IS NOT NULL;
