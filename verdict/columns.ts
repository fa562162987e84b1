/** How the lines of one kind of file become rows: the fields to read, and the query over them. */
export type Loader = { table: string; fields: Record<string, string>; select: string };

const text = 'VARCHAR';
const number = 'DOUBLE';
const integer = 'BIGINT';
const flag = 'BOOLEAN';

/** history.jsonl */
export const historyLoader: Loader = {
  table: 'history',
  fields: {
    op: text,
    id: text,
    client: number,
    start: number,
    end: number,
    outcome: text,
    due: number,
    attempt: integer,
    status: integer,
    site: text,
    pod: text,
    copy: text,
    role: text,
    found: flag,
    version: integer,
    token: text,
    system: text,
    lsn: text,
    timeline: integer,
    epoch: integer,
    replicated: flag,
    kind: text,
    lines: number,
    value: text,
    after: text,
    next: text,
    limit: number,
    items: 'VARCHAR[]',
  },
  select: `
    SELECT try_cast(op AS line_op) AS op, id, whole(client) AS client, whole(start) AS start, whole("end") AS "end",
      try_cast(outcome AS op_outcome) AS outcome, coalesce(whole(due), whole(start)) AS due, attempt, status, site, pod, copy,
      try_cast(role AS asked_role) AS role, found, version, token, system, lsn, timeline, epoch, replicated,
      CASE op WHEN 'dropped' THEN try_cast(kind AS op_kind) ELSE try_cast(op AS op_kind) END AS kind, whole(lines) AS lines,
      CASE WHEN op IN ('put', 'get') THEN value
        WHEN op = 'list' THEN to_json({'after': "after", 'next': "next", 'limit': whole("limit"), 'items': items})::VARCHAR END AS payload,
      coalesce(CASE op
        WHEN 'end' THEN whole(lines) >= 0
        WHEN 'dropped' THEN try_cast(kind AS op_kind) IS NOT NULL AND whole(due) IS NOT NULL
        ELSE try_cast(op AS op_kind) IS NOT NULL AND id IS NOT NULL AND whole(client) IS NOT NULL
          AND try_cast(outcome AS op_outcome) IS NOT NULL AND whole(start) <= whole("end")
          AND (due IS NULL OR whole(due) IS NOT NULL) AND (role IS NULL OR role IN ('primary', 'replica'))
          AND ("limit" IS NULL OR whole("limit") >= 1)
      END, false) AS valid`,
};

/** observations.jsonl */
export const observationsLoader: Loader = {
  table: 'observations',
  fields: {
    at: number,
    copy: text,
    up: flag,
    writable: flag,
    system: text,
    timeline: integer,
    epoch: integer,
    sync: flag,
    startedAt: text,
    lsn: text,
    took: number,
    backend: text,
    status: text,
    exit: text,
    host: text,
    fault: text,
    idle: number,
  },
  select: `
    SELECT whole("at") AS "at", copy, up, writable, system, timeline, epoch, sync, startedAt, lsn, whole(took) AS took,
      CASE WHEN copy IS NULL THEN backend END AS backend, try_cast(status AS backend_status) AS status,
      CASE WHEN copy IS NULL AND backend IS NULL THEN exit END AS exit, host, fault,
      CASE WHEN copy IS NULL AND backend IS NULL AND exit IS NULL THEN idle END AS idle,
      coalesce(whole("at") IS NOT NULL AND (took IS NULL OR whole(took) IS NOT NULL) AND CASE
        WHEN copy IS NOT NULL THEN up IS NOT NULL
        WHEN backend IS NOT NULL THEN try_cast(status AS backend_status) IS NOT NULL
        WHEN exit IS NOT NULL THEN host IS NOT NULL
        ELSE idle BETWEEN 0 AND 1 AND whole(took) >= 1
      END, false) AS valid`,
};

/** faults.jsonl */
export const faultsLoader: Loader = {
  table: 'fault_lines',
  fields: { fault: text, target: text, state: text, at: number, began: number, id: text, kind: text },
  select: `
    SELECT fault, target, try_cast(state AS fault_state) AS state, whole("at") AS "at", whole(began) AS began, id, kind,
      fault IS NOT NULL AND target IS NOT NULL AND try_cast(state AS fault_state) IS NOT NULL AND whole("at") IS NOT NULL AS valid`,
};

/** evidence/transactions.jsonl */
export const transactionsLoader: Loader = {
  table: 'transactions',
  fields: { id: text, xid: text, status: text },
  select: `SELECT id, xid, try_cast(status AS transaction_status) AS status,
    coalesce(id IS NOT NULL AND xid IS NOT NULL AND try_cast(status AS transaction_status) IS NOT NULL, false) AS valid`,
};

/** final/<copy>.jsonl, also of copies that are gone, and evidence/deposed/<copy>.jsonl; `copy` is the name of the copy as an SQL literal */
export function stateLoader(table: 'source_rows' | 'deposed_rows' | 'gone_rows', copy: string): Loader {
  return {
    table,
    fields: { id: text, count: number, version: integer, value: text, epoch: integer, completions: number, jobMs: number },
    select: `
      SELECT ${copy} AS ${table === 'source_rows' ? 'source' : 'copy'}, id, coalesce(whole(count), 1) AS count, version, value, epoch, whole(completions) AS completions, jobMs AS job_ms,
        coalesce(id IS NOT NULL AND (count IS NULL OR whole(count) >= 1) AND (completions IS NULL OR whole(completions) >= 0)
          AND (jobMs IS NULL OR jobMs >= 0), false) AS valid`,
  };
}
