-- Calm: leaves out the calls that failed, and those that waited, while the machine was busy. Where something is meant to break, only before it: what breaks may itself be
-- what keeps the processors busy later.
DELETE FROM offered WHERE result IN ('late', 'failed', 'unknown', 'dropped') AND EXISTS (
  FROM machine_samples AS m WHERE m.busy AND offered.due <= m."end" AND coalesce(offered."end", offered.due) >= m.start
    AND (NOT (SELECT meant_to_break FROM run) OR EXISTS (FROM phases AS p WHERE p.name = 'before' AND m.start >= p.start AND m."end" <= p."end")));

DELETE FROM vain WHERE EXISTS (
  FROM machine_samples AS m WHERE m.busy AND vain.start <= m."end" AND vain."end" >= m.start
    AND (NOT (SELECT meant_to_break FROM run) OR EXISTS (FROM phases AS p WHERE p.name = 'before' AND m.start >= p.start AND m."end" <= p."end")));
