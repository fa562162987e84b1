import pg from 'pg';
import { connectionConfig, destroy } from './connection.ts';

/** The channel on which the API tells workers that there is work. */
export const CHANNEL = 'changes';

/** Wakes the workers some time after a write. */
export interface Notifier {
  changed(): void;
  close(): Promise<void>;
}

export interface NotifierOptions {
  dsn: string;
  name: string;
  connectMs: number;
  onTrouble: (error: Error) => void;
  /** least time between two notifications */
  everyMs?: number;
}

/**
 * Sends NOTIFY on a connection of its own, at most once in `everyMs`.
 * Inside the write's transaction it would serialize all commits; a lost one costs nothing, because workers poll as well.
 */
export function createNotifier({ dsn, name, connectMs, onTrouble, everyMs = 100 }: NotifierOptions): Notifier {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let lastAt = -Infinity;
  let sending = Promise.resolve();
  let closed = false;

  async function send(): Promise<void> {
    try {
      client ??= await connect();
      await client.query(`NOTIFY ${CHANNEL}`);
    } catch (error) {
      onTrouble(error as Error);
      drop();
    }
  }

  async function connect(): Promise<pg.Client> {
    // Even an empty NOTIFY gets a transaction id and would wait for the standby at COMMIT.
    const config = connectionConfig({ dsn, name, connectMs, serverSettings: { synchronous_commit: 'off' } });
    const fresh = new pg.Client({ ...config, query_timeout: 1000 });
    fresh.on('error', drop);
    await fresh.connect();
    return fresh;
  }

  function drop(): void {
    if (client) destroy(client);
    client = undefined;
  }

  return {
    changed() {
      if (timer || closed) return;
      const waitMs = Math.max(0, lastAt + everyMs - performance.now());
      timer = setTimeout(() => {
        // One at a time: the next is only armed when this one has ended.
        sending = send().finally(() => {
          lastAt = performance.now();
          timer = undefined;
        });
      }, waitMs);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await sending;
      drop();
    },
  };
}
