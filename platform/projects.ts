import type { FastifyInstance } from 'fastify';
import { Answer } from './answer.ts';
import type { Session } from './database.ts';
import { inputOf, optionalTextOf, roleOf, textOf, valueOf, wholeOf } from './input.ts';
import { read } from './read.ts';
import type { Service } from './service.ts';
import type { Statement } from './statement.ts';
import { STAMP_COLUMNS, stampOf, type StampRow } from './stamp.ts';
import { parseToken } from './token.ts';
import { write, type WriteRow } from './write.ts';

interface Project {
  key: string;
  run: string;
  version: number;
  value: string | null;
}

interface ProjectRow extends StampRow, Project {
  found: boolean;
  row_epoch: number;
}

/** Adds the endpoints of projects: store a version, read the current one. */
export function addProjects(app: FastifyInstance, service: Service): void {
  app.put<{ Params: { key: string } }>('/api/projects/:key', async (request, reply) => {
    const input = inputOf(request.body);
    const key = textOf(request.params, 'key');
    const version = wholeOf(input, 'version', { least: 0, most: 2_147_483_647 });
    const project = { key, run: textOf(input, 'run', 100), version, value: valueOf(input) };
    const statement: Statement = { ...STORE_PROJECT, values: [key, project.run, version, project.value] };
    const { replicated, position } = await write<WriteRow>({
      ...service.forWrite(),
      id: key,
      statement,
      refusal: (session) => versionConflict(project, session),
    });
    return reply.code(replicated ? 200 : 202).send({ ...project, ...position, ...(replicated ? {} : { replicated }), ...service.identity });
  });

  app.get<{ Params: { key: string } }>('/api/projects/:key', async (request, reply) => {
    const input = inputOf(request.query);
    const key = textOf(request.params, 'key');
    const token = parseToken(optionalTextOf(input, 'token'));
    const row = await read<ProjectRow>({
      ...service.forRead(),
      role: roleOf(input),
      token,
      query: { ...FIND_PROJECT, values: [key] },
    });
    const { found, run, version, value, row_epoch: rowEpoch } = row;
    const project = found ? { run, version, value, rowEpoch } : {};
    return reply.code(found ? 200 : 404).send({ found, key, ...project, ...stampOf(row), ...service.identity });
  });
}

const STORE_PROJECT = {
  name: 'store_project',
  text: `INSERT INTO projects AS p (key, run, version, value, epoch)
    VALUES ($1::text, $2::text, $3::integer, $4::text, coalesce((SELECT epoch FROM writer), 1))
    ON CONFLICT (key) DO UPDATE SET run = excluded.run, version = excluded.version, value = excluded.value, epoch = excluded.epoch,
      xid = pg_current_xact_id(), updated_at = now()
    WHERE p.version < excluded.version OR (p.version = excluded.version AND p.value IS NOT DISTINCT FROM excluded.value)
    RETURNING pg_current_xact_id()::text AS xid, ${STAMP_COLUMNS}`,
};

async function versionConflict({ key, version }: Project, session: Session): Promise<Answer> {
  const query = { ...STORED_VERSION, values: [key] };
  const [stored] = (await session.query<StampRow & { version: number }>(query)).rows;
  const message = `Expected a version above the stored ${stored?.version}, came ${version}: read the project and try again.`;
  return new Answer(409, 'version-conflict', message, {
    key,
    storedVersion: stored?.version,
    ...(stored && stampOf(stored)),
  });
}

const STORED_VERSION = {
  name: 'stored-version',
  text: `SELECT version, ${STAMP_COLUMNS} FROM projects WHERE key = $1`,
};

const FIND_PROJECT = {
  name: 'find-project',
  text: `SELECT p.key IS NOT NULL AS found, p.run, p.version, p.value, p.epoch AS row_epoch, ${STAMP_COLUMNS}
    FROM (VALUES (1)) AS one LEFT JOIN projects p ON p.key = $1`,
};
