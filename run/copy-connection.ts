import { Socket } from 'node:net';
import pg from 'pg';

/** A connection to a copy, on which one look after the other is under way. */
export class CopyConnection<Row extends pg.QueryResultRow> {
  /** when it was begun; µs */
  readonly since: number;
  /** since when a look waits for its answer; µs */
  looking: number | undefined;
  readonly #client: pg.Client;
  readonly #socket = new Socket();
  readonly #now: () => number;
  #reached = false;
  #closed = false;

  constructor({ dsn, now }: { dsn: string; now: () => number }) {
    this.#now = now;
    this.since = now();
    this.#socket.once('connect', () => (this.#reached = true));
    this.#client = new pg.Client({
      connectionString: dsn,
      application_name: 'holdfast-observer',
      keepAlive: true,
      stream: () => this.#socket,
    });
    this.#client.on('error', () => undefined);
  }

  /** whether the other side took it: from then on it is a process there, or will be one as soon as the server runs on */
  get isReached(): boolean {
    return this.#reached;
  }
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Resolves when the server let it in. */
  async open(): Promise<void> {
    await this.#client.connect();
  }

  /** The first row of a query, and when that was begun; µs. */
  async ask(query: { name: string; text: string }): Promise<{ row: Row | undefined; at: number }> {
    const at = this.#now();
    this.looking = at;
    const { rows } = await this.#client.query<Row>(query);
    this.looking = undefined;
    return { row: rows[0], at };
  }

  /** Gives it up at once; what is under way on it is rejected. */
  close(): void {
    this.#closed = true;
    this.#client.end().catch(() => undefined);
    // end() waits politely for a server that may be frozen
    this.#socket.destroy();
  }
}

/** Whether the server, or the network, said no. Whoever gave no answer, or another one, may be up. */
export function isRefusal(error: unknown): boolean {
  // shut down, crashed, or not yet started: class 57P; too many sessions, a conflict with the replay and others come from a server that is up
  if (error instanceof pg.DatabaseError) return error.code?.startsWith('57P') === true;
  return (error as { code?: unknown }).code !== 'ETIMEDOUT';
}
