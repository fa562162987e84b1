/** How the lines of one kind of file become rows: the fields to read, with types of tables.sql, and the query over them. What the schema does not ask of every line of a file is read as text. */
export type Loader = { table: string; fields: Record<string, string>; select: string };

const text = 'VARCHAR';
const number = 'DOUBLE';
const integer = 'BIGINT';
const flag = 'BOOLEAN';

/** history.jsonl */
export const historyLoader: Loader = {
  table: 'history',
  fields: {
    op: 'line_op',
    id: text,
    client: integer,
    start: integer,
    end: integer,
    outcome: 'op_outcome',
    due: integer,
    attempt: integer,
    status: integer,
    site: text,
    pod: text,
    copy: text,
    role: 'asked_role',
    found: flag,
    version: integer,
    token: text,
    system: text,
    lsn: text,
    timeline: integer,
    epoch: integer,
    replicated: flag,
    kind: text,
    lines: integer,
    value: text,
    after: text,
    next: text,
    limit: integer,
    items: 'VARCHAR[]',
    xid: text,
    connect: integer,
    stage: text,
  },
  select: `
    SELECT op, id, client, start, "end", outcome, coalesce(due, start) AS due, attempt, status, site, pod, copy, role, found, version, token, system, lsn,
      timeline, epoch, replicated, lines, connect, stage,
      CASE op WHEN 'add' THEN 'add'::op_kind WHEN 'read' THEN 'read'::op_kind WHEN 'put' THEN 'put'::op_kind WHEN 'get' THEN 'get'::op_kind
        WHEN 'list' THEN 'list'::op_kind WHEN 'dropped' THEN try_cast(kind AS op_kind) END AS kind,
      CASE WHEN op IN ('put', 'get') THEN value WHEN op IN ('add', 'read') THEN xid
        WHEN op = 'list' THEN to_json({'after': "after", 'next': "next", 'limit': "limit", 'items': items})::VARCHAR END AS payload`,
};

/** observations.jsonl */
export const observationsLoader: Loader = {
  table: 'observations',
  fields: {
    at: integer,
    copy: text,
    up: flag,
    writable: flag,
    system: text,
    timeline: integer,
    epoch: integer,
    sync: flag,
    startedAt: text,
    lsn: text,
    lagBytes: number,
    took: integer,
    backend: text,
    status: text,
    exit: text,
    host: text,
    fault: text,
    idle: number,
  },
  select: `
    SELECT "at", copy, up, writable, system, timeline, epoch, sync, startedAt, lsn, lagBytes, took,
      CASE WHEN copy IS NULL THEN backend END AS backend, try_cast(status AS backend_status) AS status,
      CASE WHEN copy IS NULL AND backend IS NULL THEN exit END AS exit, host, fault,
      CASE WHEN copy IS NULL AND backend IS NULL AND exit IS NULL THEN idle END AS idle`,
};

/** faults.jsonl */
export const faultsLoader: Loader = {
  table: 'fault_lines',
  fields: { fault: text, target: text, state: 'fault_state', at: integer, began: integer, id: text, kind: text },
  select: 'SELECT fault, target, state, "at", began, id, kind',
};

/** evidence/transactions.jsonl */
export const transactionsLoader: Loader = {
  table: 'transactions',
  fields: { id: text, xid: text, status: 'transaction_status' },
  select: 'SELECT id, xid, status',
};

/** final/<copy>.jsonl, also of copies that are gone, and evidence/deposed/<copy>.jsonl; `copy` is the name of the copy as an SQL literal */
export function stateLoader(table: 'source_rows' | 'deposed_rows' | 'gone_rows', copy: string): Loader {
  return {
    table,
    fields: { id: text, count: integer, version: integer, value: text, epoch: integer, completions: integer, jobMs: number, jobSite: text },
    select: `SELECT ${copy} AS ${table === 'source_rows' ? 'source' : 'copy'}, id, coalesce(count, 1) AS count, version, value, epoch, completions, jobMs AS job_ms, jobSite AS job_site`,
  };
}
