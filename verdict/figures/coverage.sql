-- Acknowledged elements, and those that some read begun after the ack could have refuted: over all, by phase of the ack, by copy asked.
SELECT per, name, acknowledged, refutable FROM coverage_counts ORDER BY ALL
