import type { Database, Row } from './database.ts';

/** Most rows that a finding shows. */
const MOST = 20;

/** Columns of a rule that say how to find and count its witnesses, and are not shown. */
const HIDDEN = new Set(['scope', 'worst', 'message', 'root', 'line', 'about', 'since', 'earlier']);

/** What a witness shows of an operation; a NULL is left out. */
const OPERATION = `o.op, o.id, o.client, o.start, o."end", o.outcome, o.found, o.version, CASE WHEN o.op IN ('put', 'get') THEN o.payload END AS value,
  CASE WHEN o.op = 'list' THEN o.payload->>'$.after' END AS after, CASE WHEN o.op = 'list' THEN o.payload->>'$.next' END AS next,
  o.replicated, o.site, o.pod, o.copy, coalesce(o.role::VARCHAR, 'primary') AS role, o.status, o.token, o.lsn, o.timeline, o.epoch`;

const SORTED = '"start" NULLS LAST, "end" NULLS LAST, id';

/**
 * The earliest hits of a group, as the operations and rows that show them, in time order; `shown` counts the hits.
 * A hit that names a `line` is that operation, with those that it contradicts: the one on `about` that ended at `since`, or those in `earlier`.
 * Any other hit is a row of a final state or a sample, with the call that added the element.
 */
export async function witnessesOf(database: Database, where: string, columns: string[]): Promise<{ witnesses: Row[]; shown: number }> {
  const shown = columns.filter((column) => !HIDDEN.has(column));
  const operations =
    columns.includes('line') && (await database.row(`SELECT count(h.line) AS lines FROM hits AS h WHERE ${where}`)).lines !== 0;
  const { rows, hits } = operations ? await operationRows(database, where, columns) : await plainRows(database, where, shown);
  return { witnesses: rows.map(withoutNulls), shown: hits };
}

async function operationRows(database: Database, where: string, columns: string[]): Promise<{ rows: Row[]; hits: number }> {
  const extras = columns.filter((column) => !HIDDEN.has(column) && column !== 'id');
  const has = (column: string): boolean => columns.includes(column);
  const { most } = has('earlier')
    ? await database.row(`SELECT max(len(h.earlier)) AS most FROM hits AS h WHERE ${where}`)
    : { most: has('since') ? 1 : 0 };
  await database.run(`
    CREATE OR REPLACE TEMP TABLE picked AS
    SELECT h.* FROM hits AS h JOIN ops AS o USING (line) WHERE ${where}
    ORDER BY o.start, o."end", o.id, o.client, o.copy, o.site, o.pod, o.outcome LIMIT ${Math.floor(MOST / (1 + Number(most)))}`);
  const contradicted = has('since')
    ? `UNION ALL
      SELECT line, NULL FROM (
        SELECT o.line, p.about, p.since, row_number() OVER (PARTITION BY p.about, p.since ORDER BY o.op, o.start, o.client, o.copy, o.site, o.pod) AS nth
        FROM (SELECT DISTINCT about, since FROM picked) AS p JOIN ops AS o ON o.id = p.about AND o."end" = p.since
        WHERE o.found IS DISTINCT FROM false AND o.outcome <> 'failed') WHERE nth = 1
      UNION ALL
      SELECT min(s.line), NULL FROM (SELECT DISTINCT about, since FROM picked) AS p JOIN list_sightings AS s ON s.id = p.about AND s."end" = p.since GROUP BY p.about, p.since`
    : '';
  const others = has('earlier') ? 'UNION ALL SELECT unnest(earlier), NULL FROM picked' : '';
  const extra = extras.length === 0 ? '' : `, ${extras.map((column) => `p."${column}" AS "hit ${column}"`).join(', ')}`;
  const rows = await database.rows(`
    SELECT ${OPERATION}${extra}
    FROM (SELECT line, max(main) AS main FROM (SELECT line, line AS main FROM picked ${contradicted} ${others}) GROUP BY line) AS w
    JOIN ops AS o ON o.line = w.line LEFT JOIN picked AS p ON p.line = w.main
    ORDER BY ${SORTED}, o.op, o.client, o.copy, o.site, o.pod, o.outcome`);
  const { hits } = await database.row('SELECT count(*) AS hits FROM picked');
  return { rows: rows.map(withExtras), hits: Number(hits) };
}

/** What the rule itself says stands beside the operation's own columns, or in their place. */
function withExtras(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      name.startsWith('hit ') ? (value === null ? [] : [[name.slice(4), value]]) : [[name, value]],
    ),
  );
}

async function plainRows(database: Database, where: string, shown: string[]): Promise<{ rows: Row[]; hits: number }> {
  const order = ['start', 'end', 'id', ...shown].filter((column) => shown.includes(column)).map((column) => `"${column}" NULLS LAST`);
  const first = `SELECT ${shown.map((column) => `"${column}"`).join(', ')} FROM hits AS h WHERE ${where} ORDER BY ${order.join(', ')} LIMIT ${MOST}`;
  const rows = shown.includes('fate')
    ? await database.rows(`
        SELECT h.*, o.op, o."end", o.client, o.outcome, o.site, o.pod, o.copy AS served, o.status
        FROM (${first}) AS h LEFT JOIN ops AS o ON o.op = 'add' AND o.id = h.id AND o.start = h.start
        QUALIFY row_number() OVER (PARTITION BY h.id, h.start ORDER BY o."end", o.client, o.site, o.pod, o.copy) = 1
        ORDER BY ${order.map((column) => `h.${column}`).join(', ')}`)
    : await database.rows(first);
  return { rows, hits: rows.length };
}

function withoutNulls(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
