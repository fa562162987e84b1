import pg from 'pg';
import { Answer, DatabaseTimeout } from './answer.ts';

/** How far a write had come when it failed: before it had a connection no server was asked, and only before COMMIT can a failure be definite. */
export type Stage = 'connect' | 'begin' | 'commit';

/** A write that failed, with the stage it had reached. */
export class WriteFailure extends Error {
  readonly stage: Stage;

  constructor(stage: Stage, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'WriteFailure';
    this.stage = stage;
  }
}

/** Status and JSON fields for any error: 4xx only when the request certainly had no effect, else 503. */
export function failureOf(error: unknown): { status: number; fields: Record<string, unknown> } {
  if (error instanceof Answer) return { status: error.status, fields: error.fields };
  if (error instanceof WriteFailure) {
    const { status, fields } = databaseFailure(error.cause, error.stage);
    return { status, fields: { ...fields, stage: error.stage } };
  }
  const status = clientMistake(error);
  if (status !== undefined) return { status, fields: { error: 'validation', message: messageOf(error) } };
  return databaseFailure(error, undefined);
}

function databaseFailure(error: unknown, stage: Stage | undefined): { status: number; fields: Record<string, unknown> } {
  if (error instanceof Answer) return { status: error.status, fields: error.fields };
  const message = messageOf(error);
  if (error instanceof DatabaseTimeout) return { status: 503, fields: { error: 'timeout', message } };
  if (!(error instanceof pg.DatabaseError)) return { status: 503, fields: { error: 'connection', message } };
  const definite = stage === 'begin' && isDefinite(error);
  return { status: definite ? 409 : 503, fields: { error: 'database', message, sqlstate: error.code } };
}

// A duplicate of the operation's own key says that the row is there, which is the opposite of "did not happen".
const OWN_KEYS = new Set(['changes_pkey', 'projects_pkey']);

function isDefinite({ code = '', constraint = '' }: pg.DatabaseError): boolean {
  if (code === '40001' || code === '40P01' || code === '25006') return true;
  return code.startsWith('23') && !OWN_KEYS.has(constraint);
}

// What fastify itself refuses (broken JSON, too large a body) carries a 4xx and never reached the database.
function clientMistake(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const status = error.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
