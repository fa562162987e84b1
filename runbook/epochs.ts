import type pg from 'pg';
import { publishedTables } from './compare.ts';
import { one } from './database.ts';
import type { Plan } from './plan.ts';

/** The highest epoch that a site knows of: its own as a writer, and those of the rows that it has. */
export async function highestEpoch(client: pg.Client, plan: Plan): Promise<number> {
  let { highest } = await one<{ highest: number }>(client, 'SELECT epoch AS highest FROM writer');
  for (const table of await publishedTables(client, plan)) {
    const { rowCount } = await client.query(
      `SELECT FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'epoch' AND attnum > 0 AND NOT attisdropped`,
      [table],
    );
    if (rowCount === 0) continue;
    const { epoch } = await one<{ epoch: number | null }>(client, `SELECT max(epoch)::integer AS epoch FROM ${table}`);
    highest = Math.max(highest, epoch ?? 0);
  }
  return highest;
}
