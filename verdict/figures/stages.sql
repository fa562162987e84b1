-- Stages: attempts of adds and puts that were not ok, by what they came to and how far they had come; NULL: nobody said.
SELECT outcome::VARCHAR AS outcome, stage, count(*) AS attempts FROM ops WHERE op IN ('add', 'put') AND outcome <> 'ok'
GROUP BY ALL ORDER BY outcome, stage NULLS LAST
