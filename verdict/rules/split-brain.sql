-- split-brain: two copies acknowledged writes at once: an ack on an older epoch (or an older timeline of one system) began after one on a newer
-- had ended; or, where these are known and equal, acks on copies X, Y and X, each after the other, also where X and Y are two systems
-- within one epoch.
-- Returns each ack that came too late, with those before it that make it so.
SELECT '' AS scope, NULL::DOUBLE AS worst, line, earlier FROM split_acks
