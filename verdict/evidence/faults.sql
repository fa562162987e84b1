-- Faults that were planned and are not proven from steady before to gone after, each injection by itself and in this order.
CREATE VIEW unmet_faults AS
SELECT first_line AS start, CASE
    WHEN intent IS NULL THEN format('fault "{}" on {} was never announced (no "intent")', fault, target)
    WHEN applied IS NULL THEN format('fault "{}" on {} was planned but never applied', fault, target)
    WHEN verified IS NULL THEN format('fault "{}" on {} was applied, but its effect was never verified', fault, target)
    WHEN gone IS NULL THEN format('fault "{}" on {} was never seen gone', fault, target)
    WHEN applications > 1 THEN format('fault "{}" on {} was applied {} times, but announced once: each time needs an intent, a proof and an end of its own', fault, target, applications)
    WHEN stated_began NOT BETWEEN intent AND applied THEN format('the journal of fault "{}" on {} is out of order: it began at {} µs, but intent is {} and applied {} µs',
      fault, target, stated_began, intent, applied)
    ELSE format('the journal of fault "{}" on {} is out of order: intent {}, applied {}, verified {}, {}gone {} µs',
      fault, target, intent, applied, verified, CASE WHEN healed IS NULL THEN '' ELSE format('healed {}, ', healed) END, first_gone)
  END AS message
FROM faults
-- what is over as soon as it was done may be healed before its effect shows
WHERE NOT coalesce(intent <= applied AND applied <= verified AND verified <= first_gone AND applications = 1
  AND coalesce(stated_began BETWEEN intent AND applied, true)
  AND coalesce(healed >= CASE WHEN momentary THEN applied ELSE verified END AND healed <= first_gone, true), false);
