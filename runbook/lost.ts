import type { Socket } from 'node:net';
import { HoldfastError, UsageError, messageOf } from '../support/errors.ts';
import type { SitePlan } from './plan.ts';

/** A site whose database gives no answer: silence, or a refusal by the network. It is down, or cut off from here. */
export class Unreachable extends HoldfastError {}

/** A site of which nobody can tell from here whether it is lost; a person may. */
export class Untold extends UsageError {}

/** A server that answers, all of whose connections are taken. */
export class ConnectionsTaken extends UsageError {}

/** What the network itself says of a server that is not there. Whatever else comes may come from one that lives. */
const REFUSED_BY_THE_NETWORK: ReadonlySet<string> = new Set(['ETIMEDOUT', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNRESET']);
/** SQLSTATEs of a server that starts, stops or recovers, and of one whose connections are taken. */
const CANNOT_CONNECT_NOW = '57P03';
const TOO_MANY_CONNECTIONS = '53300';

/**
 * What a connection that was not made says of a site. An Unreachable only where not one byte came back: taking a server that answers for one
 * that is lost would promote beside a living writer.
 */
export function refusal({ name }: Pick<SitePlan, 'name'>, error: unknown, socket: Socket, timedOut: boolean): HoldfastError {
  const options = { cause: error };
  if (socket.bytesRead > 0) return answered(name, error, timedOut);
  if (timedOut) return new Unreachable(`site ${name}: its database gives no answer (silent)`, options);
  const codes = codesOf(error);
  if (codes.length > 0 && codes.every((code) => REFUSED_BY_THE_NETWORK.has(code)))
    return new Unreachable(`site ${name}: its database gives no answer (${codes.join(', ')})`, options);
  const what = codes.length > 0 ? codes.join(', ') : 'its connection was ended without a word';
  return new Untold(
    `site ${name}: expected an answer, or a refusal by the network; got ${what}: correct its dsn in the plan; if that site is gone together with its name, say so with "--other-is-lost ${name}"`,
    options,
  );
}

function answered(name: string, error: unknown, timedOut: boolean): HoldfastError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // the reason is in the message itself: a cause would be told a second time
  if (code === TOO_MANY_CONNECTIONS)
    return new ConnectionsTaken(
      `site ${name}: expected a connection, all of them are taken (${messageOf(error)}): its dsn is right, and it is not lost; end sessions there, or wait, and run this again`,
    );
  if (code === CANNOT_CONNECT_NOW)
    return new UsageError(
      `site ${name}: expected a server that takes connections; ${messageOf(error)}: it is not lost; wait until it has started or stopped, and run this again`,
    );
  const what = timedOut ? 'it answered, and then fell silent' : messageOf(error);
  return new UsageError(
    `site ${name}: expected its dsn to be accepted; ${what}: it answers, so it is not lost; correct its dsn in the plan, or whatever stands in front of it`,
  );
}

/* Where a name has several addresses each has its own error. */
function codesOf(error: unknown): string[] {
  if (error instanceof AggregateError && error.errors.length > 0) return [...new Set(error.errors.flatMap(codesOf))];
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? [error.code] : [];
}
