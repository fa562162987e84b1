-- lost-update: the truth contradicts an acknowledged put: its key is absent, or of a version below the highest acknowledged one, of an older epoch,
-- or has a value that no ok or unknown put wrote; or one version was acknowledged to two puts.
-- Returns for each key the put that is contradicted, with the truth's row; worst = age (ms) of its ack at the fault that followed;
-- deposed = the copies that held that version when they were deposed.
SELECT '' AS scope, greatest(0, (f.applied - u.acked_at) / 1000)::DOUBLE AS worst, t.class AS root, u.id, u.line,
  CASE WHEN u.earlier IS NULL THEN []::BIGINT[] ELSE [u.earlier] END AS earlier, u.why AS truth, u.truth_version, u.truth_value, u.truth_epoch, d.copies AS deposed
FROM update_losses AS u JOIN puts AS p ON p.line = u.line
ASOF LEFT JOIN (SELECT applied FROM faults WHERE applied IS NOT NULL) AS f ON u.acked_at <= f.applied
LEFT JOIN told AS t ON t.id = u.id LEFT JOIN deposed_holders AS d ON d.id = u.id AND d.version = p.said
WHERE u.promised
