-- split-brain: two writers at once: a write was answered with ok (202 too) on an older epoch, or an older timeline of one system, and began after one on a newer
-- had ended; or, where terms are known and equal, writes on X, Y and X, each after the other, X and Y being copies, or systems within one epoch.
-- Returns each answer that came too late, with those before it that make it so.
SELECT '' AS scope, NULL::DOUBLE AS worst, line, earlier FROM split_acks
