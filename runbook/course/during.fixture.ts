import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { TestServer } from '../../platform/postgres.fixture.ts';
import type { Made } from './mistake.fixture.ts';

/** Waits a time, but not beyond the end of the command. */
export async function pauseWithin(ended: Promise<void>, ms: number): Promise<void> {
  await Promise.race([sleep(ms), ended]);
}

/** What a client has opened, or locked, is so for a time, but not beyond the end of the command. */
export function heldFor(client: pg.Client, ms: number): Made {
  return {
    during: async (ended) => {
      await pauseWithin(ended, ms);
      await client.end();
    },
    undo: () => client.end(),
  };
}

/** Waits until a server gives a row, or the command has ended; whether the row came first. */
export async function shownWithin(ended: Promise<void>, server: Pick<TestServer, 'sql'>, query: string): Promise<boolean> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!isOver) {
    const rows = await server.sql(query).catch(() => []);
    if (rows.length > 0) return !isOver;
    await sleep(10);
  }
  return false;
}
