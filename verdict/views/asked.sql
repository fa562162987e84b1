-- Asked: leaves out what the load generator owed, where it owed too much, and what was not ok: a call that it made late or not at all says nothing of the service.
DELETE FROM offered WHERE result NOT IN ('ok', 'accepted') AND EXISTS (
  FROM owed AS o JOIN unmet_generator AS u ON u.phase = o.phase::VARCHAR AND u.kind = o.kind WHERE o.kind = offered.kind AND o.due = offered.due);
