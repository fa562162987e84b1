import type pg from 'pg';
import { one } from './database.ts';

/**
 * The highest epoch that a site knows of: its own as a writer, and those of the terms that it has. Every term comes to a follower before the
 * first row that was written in it.
 */
export async function highestEpoch(client: pg.Client): Promise<number> {
  const { highest } = await one<{ highest: number }>(
    client,
    'SELECT greatest(epoch, (SELECT max(epoch) FROM terms)) AS highest FROM writer',
  );
  return highest;
}

/** The system of the last term that a site knows of: who was the writing one, and nobody after it that this site knows of. */
export async function lastWriter(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ system: string }>('SELECT system FROM terms ORDER BY epoch DESC LIMIT 1');
  return rows[0]?.system;
}

/**
 * The position of an old writer up to which the one after it took over what that had written; undefined where that is not known, or where the site
 * was not the writer of its epoch.
 */
export async function takenOverFrom(writer: pg.Client, old: { epoch: number; system: string }): Promise<string | undefined> {
  const { rows } = await writer.query<{ position: string | null }>(
    `SELECT previous_end::text AS position FROM terms
     WHERE epoch > $1 AND EXISTS (SELECT FROM terms WHERE epoch = $1 AND system = $2) ORDER BY epoch LIMIT 1`,
    [old.epoch, old.system],
  );
  return rows[0]?.position ?? undefined;
}
