import type pg from 'pg';
import { Answer } from './answer.ts';
import { pause, type Budget } from './budget.ts';
import type { Database, Session } from './database.ts';
import { missingFor, TOKEN_WAIT_MS, type Missing } from './missing.ts';
import { stampOf, type StampRow } from './stamp.ts';
import type { Token } from './token.ts';

/** Which copy a read asks for. */
export type Role = 'primary' | 'replica';

export interface ReadRequest {
  databases: Record<Role, Database>;
  role: Role;
  budget: Budget;
  /** one prepared statement that returns one StampRow with the data beside it */
  query: pg.QueryConfig & { name: string };
  token?: Token | undefined;
  /** a control: what was asked of the primary is taken from whatever copy answers */
  anyCopy?: boolean;
}

/** Reads from the copy asked for; with a token, only once that copy holds the write it stands for. */
export async function read<Row extends StampRow>({ databases, role, budget, query, token, anyCopy = false }: ReadRequest): Promise<Row> {
  const waitUntilMs = budget.leftMs() - TOKEN_WAIT_MS;
  for (let delayMs = 5; ; delayMs = Math.min(delayMs * 2, 40)) {
    const outcome = await databases[role].lend(budget, async (session): Promise<Row | Missing> => {
      const missing = token && (await missingFor(token, session));
      return missing ?? onlyRow(await session.query<Row>(query), anyCopy ? 'replica' : role, session);
    });
    if (!('answer' in outcome)) return outcome;
    if (outcome.isFinal || budget.leftMs() - delayMs < waitUntilMs) throw outcome.answer;
    // The connection goes back in between: many waiting reads must not starve those that need no wait.
    await pause(delayMs, budget);
  }
}

function onlyRow<Row extends StampRow>({ rows }: pg.QueryResult<Row>, role: Role, session: Session): Row {
  const [row] = rows;
  if (!row) throw new Error('Expected one row with a stamp, came none: every read statement must return one.');
  if (role === 'primary' && row.readOnly) {
    session.distrust();
    throw new Answer(
      503,
      'not-primary',
      'Expected the primary behind the read-write endpoint, came a copy that takes no writes: it was just demoted, or follows another site.',
      {
        ...stampOf(row),
      },
    );
  }
  return row;
}
