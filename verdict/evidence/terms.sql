-- Two copies that acknowledged in turn faster than any switchover, where no answer says on which terms.
CREATE VIEW unmet_terms AS
SELECT min(start) AS start, format('copies "{}" and "{}" acknowledged writes in turn, changing up to {:,} times within a second, and their answers name no epoch or timeline: that they did not write at once cannot be told',
  copy, other, max(turns)) AS message
FROM split_turns GROUP BY copy, other;
