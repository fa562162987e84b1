-- Types and helpers for the tables that hold a record.
CREATE TYPE line_op AS ENUM ('add', 'read', 'put', 'get', 'list', 'dropped', 'end');
CREATE TYPE op_kind AS ENUM ('add', 'read', 'put', 'get', 'list');
CREATE TYPE op_outcome AS ENUM ('ok', 'failed', 'unknown');
CREATE TYPE asked_role AS ENUM ('primary', 'replica');
CREATE TYPE phase_name AS ENUM ('before', 'during', 'after');
CREATE TYPE backend_status AS ENUM ('UP', 'DOWN', 'DRAIN', 'MAINT');
CREATE TYPE call_result AS ENUM ('ok', 'accepted', 'late', 'failed', 'unknown', 'dropped'); -- late: ok, but after the deadline
CREATE TYPE transaction_status AS ENUM ('committed', 'aborted', 'in progress');
CREATE TYPE element_fate AS ENUM ('acknowledged', 'accepted', 'unknown', 'failed'); -- what the attempts of one add come to: the best of them
CREATE TYPE fault_state AS ENUM ('intent', 'applied', 'verified', 'healed', 'gone');

-- Which of n values in order is the quantile q, as `quantile_disc` has it: the first that at least that share of all is not above.
CREATE MACRO rank_of(q, n) AS greatest(1, n - floor(n - n * q));

-- An id that ends in a number: what stands before it, and the number.
CREATE MACRO id_prefix(id) AS regexp_extract(id, '(?s)^(.*?)([0-9]+)$', 1);
CREATE MACRO id_number(id) AS try_cast(regexp_extract(id, '(?s)^(.*?)([0-9]+)$', 2) AS UBIGINT);

-- Whether a call got no connection: then it was never sent.
CREATE MACRO is_unsent(stage, outcome) AS coalesce(stage = 'dial' AND outcome = 'failed', false);

-- A position such as 0/3000148 in bytes; NULL when it is none.
CREATE MACRO lsn_bytes(lsn) AS
  try_cast('0x' || split_part(lsn, '/', 1) AS UBIGINT)::HUGEINT * 4294967296
  + try_cast('0x' || split_part(lsn, '/', 2) AS UBIGINT)::HUGEINT;

-- The parts of a token system:timeline:epoch:lsn; empty when it is none.
CREATE MACRO token_parts(token) AS
  regexp_extract(token, '^([^:]*):([0-9]+):([0-9]+):([0-9A-Fa-f]+/[0-9A-Fa-f]+)$', ['system', 'timeline', 'epoch', 'lsn']);

-- One row a line of the history; a NULL where the line has no such field.
CREATE TABLE stored.history (
  op line_op, id VARCHAR, client BIGINT, start BIGINT, "end" BIGINT, outcome op_outcome, due BIGINT, attempt BIGINT,
  status BIGINT, site VARCHAR, pod VARCHAR, copy VARCHAR, role asked_role, found BOOLEAN, version BIGINT, token VARCHAR,
  system VARCHAR, lsn VARCHAR, timeline BIGINT, epoch BIGINT, replicated BOOLEAN, kind op_kind, lines BIGINT,
  connect BIGINT, -- µs that a connection took to open
  stage VARCHAR,
  payload VARCHAR -- puts and gets: the value; adds and reads: the transaction; lists: the page as JSON. One column, because an empty one takes room as well
);

CREATE TABLE observations (
  "at" BIGINT, copy VARCHAR, up BOOLEAN, writable BOOLEAN, system VARCHAR, timeline BIGINT, epoch BIGINT, sync BOOLEAN,
  startedAt VARCHAR, lsn VARCHAR, lagBytes DOUBLE, took BIGINT, backend VARCHAR, status backend_status, exit VARCHAR, host VARCHAR,
  fault VARCHAR, idle DOUBLE);

CREATE TABLE fault_lines (fault VARCHAR, target VARCHAR, state fault_state, "at" BIGINT, began BIGINT, id VARCHAR, kind VARCHAR);

-- Final states. Copies whose files are the same byte by byte share the rows of one `source`: most are, and comparing them then says nothing new.
CREATE TABLE final_sources (copy VARCHAR, source VARCHAR);
CREATE TABLE source_rows (
  source VARCHAR, id VARCHAR, count BIGINT, version BIGINT, value VARCHAR, epoch BIGINT, completions BIGINT, job_ms DOUBLE, job_site VARCHAR);
CREATE VIEW final_rows AS SELECT s.copy, r.* FROM final_sources AS s JOIN source_rows AS r USING (source);

-- What copies held when they were deposed as primary, before they rejoined.
CREATE TABLE deposed_rows (
  copy VARCHAR, id VARCHAR, count BIGINT, version BIGINT, value VARCHAR, epoch BIGINT, completions BIGINT, job_ms DOUBLE, job_site VARCHAR);

-- What stands in final/ of copies that are gone: nothing is judged by it, but it must not contradict that they are.
CREATE TABLE gone_rows (
  copy VARCHAR, id VARCHAR, count BIGINT, version BIGINT, value VARCHAR, epoch BIGINT, completions BIGINT, job_ms DOUBLE, job_site VARCHAR);

-- What the truth says of the transactions that carried writes, on its own timeline.
CREATE TABLE transactions (id VARCHAR, xid VARCHAR, status transaction_status);

-- Filled by views/ from what a history need not have: keys, lists, stale reads, two writers.
-- `said`: the version that the put names; `version`: its place in the order of its key, which is that version where its acks name theirs.
CREATE TABLE puts (
  line BIGINT, id VARCHAR, start BIGINT, "end" BIGINT, outcome op_outcome, version BIGINT, said BIGINT, epoch BIGINT, value VARCHAR, write VARCHAR,
  acked BOOLEAN, promised BOOLEAN, timed BOOLEAN, late BOOLEAN);
CREATE TABLE update_losses (
  id VARCHAR, promised BOOLEAN, why VARCHAR, truth_version BIGINT, truth_epoch BIGINT, truth_value VARCHAR, line BIGINT, earlier BIGINT, acked_at BIGINT);
CREATE TABLE truth_keys (id VARCHAR, version BIGINT, said BIGINT, epoch BIGINT, value VARCHAR, late BOOLEAN);
-- Rows of keys that no write which may have taken effect can have left: see views/odd-keys.sql.
CREATE TABLE odd_keys (source VARCHAR, id VARCHAR, why VARCHAR, failed BOOLEAN, apart BOOLEAN);
CREATE TABLE gets (
  line BIGINT, id VARCHAR, client BIGINT, start BIGINT, "end" BIGINT, copy VARCHAR, asked VARCHAR, token VARCHAR, seen BIGINT, late BOOLEAN);
CREATE TABLE two_kinds (id VARCHAR, sent BIGINT, absent BOOLEAN);
CREATE TABLE plain_sightings (line BIGINT, id VARCHAR, client BIGINT, start BIGINT, "end" BIGINT, copy VARCHAR, asked VARCHAR);
CREATE TABLE untold_keys (id VARCHAR, why VARCHAR);
CREATE TABLE untold_gets (line BIGINT, id VARCHAR, why VARCHAR);
-- What no write had sent by the end of the call that showed it: see views/unwritten.sql. `write`: the write that comes nearest.
CREATE TABLE unwritten (
  line BIGINT, id VARCHAR, "end" BIGINT, version BIGINT, value VARCHAR, why VARCHAR, sent BIGINT, write BIGINT, excusable BOOLEAN);
CREATE TABLE standby_answers (line BIGINT, copy VARCHAR);
CREATE TABLE wrong_rows (line BIGINT, earlier BIGINT, asked VARCHAR);
CREATE TABLE early_sightings (line BIGINT, id VARCHAR, "end" BIGINT);
CREATE TABLE seen_beyond (line BIGINT, id VARCHAR, start BIGINT);
CREATE TABLE walked (
  nr BIGINT, line BIGINT, start BIGINT, "end" BIGINT, copy VARCHAR, asked VARCHAR, token VARCHAR, "full" BOOLEAN);
CREATE TABLE list_sightings (line BIGINT, id VARCHAR, start BIGINT, "end" BIGINT, client BIGINT, copy VARCHAR, asked VARCHAR, nth BIGINT);
CREATE TABLE list_breaks (scope VARCHAR, line BIGINT, worst BIGINT, id VARCHAR, behind VARCHAR, earlier BIGINT);
CREATE TABLE skips (scope VARCHAR, line BIGINT, skipped BIGINT, id VARCHAR, known BIGINT);
CREATE TABLE stale_reads (line BIGINT, id VARCHAR, copy VARCHAR, asked VARCHAR, token VARCHAR, start BIGINT, known BIGINT, seen BIGINT);
CREATE TABLE lesser_reads (
  line BIGINT, id VARCHAR, client BIGINT, start BIGINT, "end" BIGINT, copy VARCHAR, asked VARCHAR, token VARCHAR, seen BIGINT);
CREATE TABLE regressions (line BIGINT, id VARCHAR, kind VARCHAR, since BIGINT, seen BIGINT);
CREATE TABLE covered_reads (line BIGINT);
CREATE TABLE judged_reads (line BIGINT, id VARCHAR, start BIGINT, known BIGINT, scope VARCHAR, root VARCHAR);
CREATE TABLE unheld_drops (kind op_kind, due BIGINT);
CREATE TABLE split_acks (line BIGINT, id VARCHAR, copy VARCHAR, since BIGINT, earlier BIGINT[]);
CREATE TABLE split_copies (copy VARCHAR, since BIGINT);
CREATE TABLE split_turns (writer VARCHAR, other VARCHAR, why VARCHAR, turns BIGINT, start BIGINT);

-- Filled by evidence/everywhere.sql and evidence/connects.sql where run.json says what the load was to ask of whom, and over which connections.
CREATE TABLE unmet_everywhere (phase phase_name, copy VARCHAR, message VARCHAR);

-- Filled by evidence/gone.sql where a copy is gone.
CREATE TABLE unmet_gone (copy VARCHAR, message VARCHAR);

-- Filled by evidence/: the phases in which some read of a kind could have shown that something is missing, and bounds that nothing could have broken.
CREATE TABLE refuting (phase phase_name, asked VARCHAR, op line_op, named BOOLEAN);
CREATE TABLE unmet_bounds (bound VARCHAR, phase phase_name, message VARCHAR);

-- The class that first named an id: what else is found about that id is told under it.
CREATE TABLE told (id VARCHAR, class VARCHAR);
