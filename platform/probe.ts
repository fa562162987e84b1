import pg from 'pg';
import { connectionConfig, destroy } from './connection.ts';

/** What one look at an endpoint of the database found. */
export interface Look {
  ok: boolean;
  writable: boolean;
  copy: string | null;
}

/** Looks at one endpoint over a connection of its own, so that no queue of requests delays it. */
export interface Probe {
  /** answers within the probe's time limit and never rejects; looks in flight and young ones are shared */
  look(): Promise<Look>;
  /** the last finished look */
  last(): Look;
  /** whether the last look failed; not so before the first */
  isSuspect(): boolean;
  close(): void;
}

export interface ProbeOptions {
  dsn: string;
  name: string;
  timeoutMs: number;
  maxAgeMs: number;
  /** connect anew after a look that found no writable copy: the endpoint may lead elsewhere by now */
  wantsWritable?: boolean;
  /** a control: write a page too, and wait for its commit */
  writes?: boolean;
}

const UNREACHED: Look = { ok: false, writable: false, copy: null };
const MAX_CONNECTION_AGE_MS = 60_000;
const LOOK = `SELECT current_setting('transaction_read_only') = 'off' AS writable, current_setting('holdfast.copy', true) AS copy`;

const WRITE = "CREATE TEMP TABLE look ON COMMIT DROP AS SELECT repeat('x', 8000) AS page";

/** Creates a probe; it looks only when asked. */
export function createProbe({ dsn, name, timeoutMs, maxAgeMs, wantsWritable = false, writes = false }: ProbeOptions): Probe {
  let client: pg.Client | undefined;
  let connectedAt = 0;
  let pending: Promise<Look> | undefined;
  let last = { look: UNREACHED, at: -Infinity };

  async function attempt(): Promise<Look> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Look>((resolve) => (timer = setTimeout(resolve, timeoutMs, UNREACHED)));
    const look = await Promise.race([ask().catch(() => UNREACHED), late]);
    clearTimeout(timer);
    if (!look.ok || (wantsWritable && !look.writable)) drop();
    last = { look, at: performance.now() };
    pending = undefined;
    return look;
  }

  async function ask(): Promise<Look> {
    const isYoung = performance.now() - connectedAt < MAX_CONNECTION_AGE_MS;
    const session = client && isYoung ? client : await connect();
    if (writes) await session.query(WRITE);
    const [row] = (await session.query<Omit<Look, 'ok'>>(LOOK)).rows;
    return { ok: true, writable: row?.writable ?? false, copy: row?.copy ?? null };
  }

  async function connect(): Promise<pg.Client> {
    drop();
    const fresh = new pg.Client(connectionConfig({ dsn, name, connectMs: timeoutMs }));
    client = fresh;
    connectedAt = performance.now();
    fresh.on('error', () => {
      if (client === fresh) drop();
    });
    await fresh.connect();
    return fresh;
  }

  function drop(): void {
    if (client) destroy(client);
    client = undefined;
  }

  return {
    look: () => {
      if (pending) return pending;
      if (performance.now() - last.at <= maxAgeMs) return Promise.resolve(last.look);
      pending = attempt();
      return pending;
    },
    last: () => last.look,
    isSuspect: () => !last.look.ok && last.at > 0,
    close: drop,
  };
}
