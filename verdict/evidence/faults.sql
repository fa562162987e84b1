-- Faults that were planned and are not proven from steady before to gone after.
CREATE VIEW unmet_faults AS
SELECT first_line AS start, CASE
    WHEN intent IS NULL THEN format('fault "{}" on {} was never announced (no "intent")', fault, target)
    WHEN applied IS NULL THEN format('fault "{}" on {} was planned but never applied', fault, target)
    WHEN verified IS NULL THEN format('fault "{}" on {} was applied, but its effect was never verified', fault, target)
    WHEN gone IS NULL THEN format('fault "{}" on {} was never seen gone', fault, target)
    ELSE format('the journal of fault "{}" on {} is out of order: intent {}, applied {}, verified {}, gone {} µs', fault, target, intent, applied, verified, gone)
  END AS message
FROM faults
WHERE intent IS NULL OR applied IS NULL OR verified IS NULL OR gone IS NULL
  OR intent > applied OR intent > verified OR applied > gone OR verified > gone;
