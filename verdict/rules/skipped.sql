-- skipped: a walk through a list passed a position, and never showed an element that had been committed before it.
-- Returns the last page of each such walk, with the first element it skipped and what made that one known; worst = how many it skipped.
-- Scope: `primary`; `token` (asked of a replica, for a position at or after the element's); `replica` (it shows commits in their order, however late).
SELECT scope, skipped::DOUBLE AS worst, line, id AS about, id AS skipped, known AS since FROM skips
