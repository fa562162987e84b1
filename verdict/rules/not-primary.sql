-- not-primary: a read, get or list that was asked of the primary was answered by a copy that took no writes, as every look at it around the call shows.
-- Returns each such call, by the copy that answered.
SELECT '' AS scope, NULL::DOUBLE AS worst, NULL::VARCHAR AS root, line, copy FROM standby_answers
