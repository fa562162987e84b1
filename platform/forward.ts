import type { FastifyReply, FastifyRequest } from 'fastify';
import pg from 'pg';
import { Answer } from './answer.ts';
import { WriteFailure } from './failure.ts';
import type { Settings } from './settings.ts';
import { READ_ONLY } from './write.ts';

/** Marks a request that a site handed on: it is handed on once. */
const FORWARDED = 'x-forwarded-by-site';

/** Whether a write failed because its site takes none; then nothing of it has happened. */
export function isReadOnlyHere(error: unknown): boolean {
  if (!(error instanceof WriteFailure) || error.stage === 'commit') return false;
  const { cause } = error;
  return cause instanceof Answer ? cause.fields.sqlstate === READ_ONLY : cause instanceof pg.DatabaseError && cause.code === READ_ONLY;
}

/** Whether a write that cannot be done at this site may be tried at the other one. */
export function mayForward({ peers, forwardWrites }: Settings, request: FastifyRequest): boolean {
  return forwardWrites && peers.length > 0 && request.headers[FORWARDED] === undefined;
}

/** Hands a write on to the other site and its answer back, which names who gave it. A node that refuses the connection has seen nothing: the next is asked. */
export async function forwardWrite(
  { peers, identity, requestMs }: Settings,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const signal = AbortSignal.timeout(requestMs);
  let refused: unknown;
  for (const peer of peers) {
    try {
      const response = await fetch(new URL(request.url, peer), {
        method: request.method,
        headers: { 'content-type': 'application/json', [FORWARDED]: identity.site },
        body: JSON.stringify(request.body),
        signal,
      });
      return await reply
        .code(response.status)
        .type('application/json')
        .send(await response.text());
    } catch (error) {
      if (!isRefused(error))
        throw new Error('Expected the writing site to answer a write that was handed on, it did not: its outcome is unknown.', {
          cause: error,
        });
      refused = error;
    }
  }
  throw new Error('Expected a node of the writing site to take a write, each refused the connection.', { cause: refused });
}

function isRefused(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code === 'ECONNREFUSED' || cause?.code === 'EHOSTUNREACH';
}
