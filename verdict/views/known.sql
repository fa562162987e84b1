-- Known: when each element was first known to exist: its ack, or the end of a read of the primary (or of an add) that saw it before.
-- A key that was read or listed as well counts as one: from the first ack of a put on.
-- Elements absent from the truth are not judged here: lost, unexpected and phantom speak of them. Filled by known-part.sql.
CREATE TABLE known (id VARCHAR, "at" BIGINT, acked_at BIGINT, judged BOOLEAN);

-- Copies that answered reads; '?' where an answer does not name its own. An ENUM takes a byte where there may be as many rows as reads.
CREATE TYPE answering_copy AS ENUM (SELECT '?' UNION SELECT copy FROM ops WHERE op IN ('read', 'get') AND copy IS NOT NULL);

-- Refutations: which copies were asked for an acknowledged element by a read that could have refuted it: it was ok, and began after the ack.
-- `element`: the row of `known`.
CREATE TABLE refutations (element BIGINT, copy answering_copy);

-- Asked: for each element, and each copy of which a replica was asked for it, the reads. `lag`: how long it stayed invisible there at least, up
-- to the last read that missed it (0 when every read saw it); `missed` and `seen`: the ends of that read, and of the first one that saw it.
CREATE TABLE asked (element BIGINT, copy answering_copy, known BIGINT, stale BIGINT, lag BIGINT, missed BIGINT, seen BIGINT);

-- Asked bins: what could have shown that a known element is missing, by whom it was asked of and who answered, in each 100 ms; `youngest`: the least time for
-- which what was asked for had been known. Asked again: who was asked after the last fault for what was acknowledged before the first.
CREATE TABLE asked_bins (asked VARCHAR, site VARCHAR, copy answering_copy, phase phase_name, bin BIGINT, calls BIGINT, youngest BIGINT);
CREATE TABLE asked_again (asked VARCHAR, copy answering_copy, element BIGINT);
