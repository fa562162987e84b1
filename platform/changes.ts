import type { FastifyInstance } from 'fastify';
import { Answer } from './answer.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { idsOf, inputOf, optionalTextOf, roleOf, textOf, valueOf, wholeOf } from './input.ts';
import { read } from './read.ts';
import type { Service } from './service.ts';
import type { Statement } from './statement.ts';
import { STAMP_COLUMNS, stampOf, type StampRow } from './stamp.ts';
import { parseToken } from './token.ts';
import { write, type WriteRow } from './write.ts';

interface ChangeRow extends WriteRow {
  id: string;
  run: string;
  value: string | null;
  inserted: boolean;
}

interface FoundRow extends StampRow {
  id: string | null;
  run: string;
  value: string | null;
  xid: string;
  row_epoch: number;
  /** asked for by a control alone */
  age_ms?: number | null;
}

interface LookupRow extends StampRow {
  items: { id: string; xid: string }[];
}

interface PageRow extends StampRow {
  items: { id: string; value: string | null; xid: string; epoch: number }[];
}

/** Adds the endpoints of changes: create one, read one, read them in the order of their commits. */
export function addChanges(app: FastifyInstance, service: Service): void {
  app.post('/api/changes', async (request, reply) => {
    const input = inputOf(request.body);
    const id = textOf(input, 'id');
    service.mistakes.stored(id);
    const statement: Statement = { ...INSERT_CHANGE, values: [id, textOf(input, 'run', 100), valueOf(input)] };
    const { row, replicated, position } = await write<ChangeRow>({
      ...service.forWrite(),
      id,
      statement,
      refusal: wroteNothing,
    });
    service.notifier.changed();
    const { run, value, inserted } = row;
    const status = !replicated ? 202 : inserted ? 201 : 200;
    return reply.code(status).send({ id, run, value, inserted, ...position, ...(replicated ? {} : { replicated }), ...service.identity });
  });

  app.get<{ Params: { id: string } }>('/api/changes/:id', async (request, reply) => {
    const input = inputOf(request.query);
    const id = textOf(request.params, 'id');
    const token = parseToken(optionalTextOf(input, 'token'));
    const row = await read<FoundRow>({
      ...service.forRead(),
      role: roleOf(input),
      token,
      query: { ...(service.mistakes.needsAge ? FIND_CHANGE_AND_AGE : FIND_CHANGE), values: [id] },
    });
    const found = service.mistakes.shows({ id, found: row.id !== null, timeline: row.timeline, ageMs: row.age_ms ?? null });
    const change = found && row.id !== null ? { run: row.run, value: row.value, xid: row.xid, rowEpoch: row.row_epoch } : {};
    return reply.code(found ? 200 : 404).send({ found, id, ...change, ...stampOf(row), ...service.identity });
  });

  app.get('/api/changes/lookup', async (request) => {
    const input = inputOf(request.query);
    const values = [idsOf(input, 'ids', 500)];
    const row = await read<LookupRow>({ ...service.forRead(), role: roleOf(input), query: { ...LOOK_CHANGES_UP, values } });
    return { changes: row.items, ...stampOf(row), ...service.identity };
  });

  app.get('/api/changes', async (request) => {
    const input = inputOf(request.query);
    const after = parseCursor(optionalTextOf(input, 'after'));
    const limit = wholeOf(input, 'limit', { least: 1, most: 1000, otherwise: 100 });
    const values = [textOf(input, 'run', 100), after.epoch, after.xid, after.id, limit];
    const row = await read<PageRow>({ ...service.forRead(), role: roleOf(input), query: { ...LIST_CHANGES, values } });
    return { items: row.items, next: formatCursor(row.items.at(-1) ?? after), ...stampOf(row), ...service.identity };
  });
}

/**
 * The repeat of an id rewrites its row, so that its COMMIT waits for the standby as the first one should have;
 * it keeps the stored value and asks for no second job.
 */
const INSERT_CHANGE = {
  name: 'insert_change',
  text: `WITH change AS (
      INSERT INTO changes AS c (id, run, value, epoch)
      VALUES ($1::text, $2::text, $3::text, coalesce((SELECT epoch FROM writer), 1))
      ON CONFLICT (id) DO UPDATE SET value = c.value
      RETURNING id, run, value, xid = pg_current_xact_id() AS inserted
    ), job AS (
      INSERT INTO jobs (change_id, run, shard) SELECT id, run, hashtextextended(id, 0) & 15 FROM change WHERE inserted
    )
    SELECT change.*, pg_current_xact_id()::text AS xid, ${STAMP_COLUMNS} FROM change`,
};

const FIND_CHANGE = findChange('find-change', '');

const FIND_CHANGE_AND_AGE = findChange(
  'find-change-and-age',
  '(extract(epoch FROM now() - c.created_at) * 1000)::double precision AS age_ms, ',
);

function findChange(name: string, more: string): { name: string; text: string } {
  return {
    name,
    text: `SELECT c.id, c.run, c.value, c.xid::text AS xid, c.epoch AS row_epoch, ${more}${STAMP_COLUMNS}
    FROM (VALUES (1)) AS one LEFT JOIN changes c ON c.id = $1`,
  };
}

const LOOK_CHANGES_UP = {
  name: 'look-changes-up',
  text: `SELECT ${STAMP_COLUMNS}, (
      SELECT coalesce(json_agg(json_build_object('id', id, 'xid', xid::text)), '[]') FROM changes WHERE id = ANY ($1::text[])
    ) AS items`,
};

const LIST_CHANGES = {
  name: 'list-changes',
  text: `SELECT ${STAMP_COLUMNS}, (
      SELECT coalesce(json_agg(page), '[]') FROM (
        SELECT id, value, c.xid::text AS xid, c.epoch FROM changes c
        WHERE run = $1 AND (c.epoch, c.xid, id) > ($2::integer, $3::text::xid8, $4)
          AND (c.epoch, c.xid) < (SELECT epoch, xid FROM list_end())
        ORDER BY c.epoch, c.xid, id LIMIT $5
      ) AS page
    ) AS items`,
};

async function wroteNothing(): Promise<Answer> {
  return new Answer(503, 'database', 'Expected the change to be written, came no row: a rule or trigger on the table keeps it back.');
}
