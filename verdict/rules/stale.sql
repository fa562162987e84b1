-- stale: a read began after its element (or version) was known, and did not show it; elements that the truth lacks are left to `lost`.
-- Returns each stale read with the ack or sighting that made it known; worst = how long (ms) the element had been known. Scope says which
-- promise covers the read: `primary`, `token` (it demanded a position at or after the element's), `restarting` (its copy was catching up after a
-- restart), `unsynchronous` (the topology promises synchronous copies, and this one was seen not to be one), `replica` (all others).
SELECT scope, (start - known) / 1000 AS worst, root, line, id AS about, known AS since FROM judged_reads
