import type pg from 'pg';
import { Answer } from './answer.ts';
import { pause, type Budget } from './budget.ts';
import type { Database, Session } from './database.ts';
import { STAMP_COLUMNS, stampOf, type StampRow } from './stamp.ts';
import { coverageOf, knowsLineage, type Token } from './token.ts';

/** Which copy a read asks for. */
export type Role = 'primary' | 'replica';

export interface ReadRequest {
  databases: Record<Role, Database>;
  role: Role;
  budget: Budget;
  /** one prepared statement that returns one StampRow with the data beside it */
  query: pg.QueryConfig & { name: string };
  token?: Token | undefined;
}

// The longest that a read waits for a copy to reach its token.
const TOKEN_WAIT_MS = 1000;

/** Reads from the copy asked for; with a token, only once that copy holds the write it stands for. */
export async function read<Row extends StampRow>({ databases, role, budget, query, token }: ReadRequest): Promise<Row> {
  const waitUntilMs = budget.leftMs() - TOKEN_WAIT_MS;
  for (let delayMs = 5; ; delayMs = Math.min(delayMs * 2, 40)) {
    const outcome = await databases[role].lend(budget, async (session): Promise<Row | Missing> => {
      const missing = token && (await missingFor(token, session));
      return missing ?? onlyRow(await session.query<Row>(query), role, session);
    });
    if (!('answer' in outcome)) return outcome;
    if (outcome.isFinal || budget.leftMs() - delayMs < waitUntilMs) throw outcome.answer;
    // The connection goes back in between: many waiting reads must not starve those that need no wait.
    await pause(delayMs, budget);
  }
}

/** Why a copy does not hold what a token stands for, and whether waiting is in vain. */
interface Missing {
  isFinal: boolean;
  answer: Answer;
}

function onlyRow<Row extends StampRow>({ rows }: pg.QueryResult<Row>, role: Role, session: Session): Row {
  const [row] = rows;
  if (!row) throw new Error('Expected one row with a stamp, came none: every read statement must return one.');
  if (role === 'primary' && row.recovery) {
    session.distrust();
    throw new Answer(
      503,
      'not-primary',
      'Expected the primary behind the read-write endpoint, came a standby: it was just demoted.',
      { ...stampOf(row) },
    );
  }
  return row;
}

const POSITION = {
  name: 'position',
  text: `SELECT ${STAMP_COLUMNS},
    (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text AS lsn`,
};
const HISTORY = { name: 'history', text: 'SELECT timeline_history($1) AS history' };

// Asked before the data and in a statement of its own: a snapshot taken first could miss a row that is replayed
// before the position is looked at.
async function missingFor(token: Token, session: Session): Promise<Missing | undefined> {
  const {
    rows: [row],
  } = await session.query<StampRow & { lsn: string | null }>(POSITION);
  if (!row) throw new Error('Expected the position of the copy, came no row.');
  const stamp = stampOf(row);
  const history = token.timeline < stamp.timeline ? await historyOf(stamp.timeline, session) : null;
  const coverage = coverageOf(token, { stamp, lsn: row.lsn, history });
  const said = { ...stamp, reached: row.lsn };
  switch (coverage) {
    case 'covered':
      return undefined;
    case 'refused':
      return { isFinal: true, answer: refused(said) };
    case 'unproven':
      return {
        isFinal: true,
        answer: new Answer(
          503,
          'token-unproven',
          'Expected the timeline history of this copy, came none: apply the schema as a superuser.',
          said,
        ),
      };
    case 'behind':
      return knowsLineage(token, stamp)
        ? {
            isFinal: false,
            answer: new Answer(
              503,
              'token-not-reached',
              `Expected this copy to reach the token within ${TOKEN_WAIT_MS} ms, it did not: it lags.`,
              said,
            ),
          }
        : { isFinal: false, answer: refused(said) };
  }
}

function refused(said: Record<string, unknown>): Answer {
  return new Answer(
    409,
    'token-refused',
    'Expected a token of this copy’s own lineage, came another: the write it stands for is not part of this history.',
    said,
  );
}

async function historyOf(timeline: number, session: Session): Promise<string | null> {
  const {
    rows: [row],
  } = await session.query<{ history: string | null }>({ ...HISTORY, values: [timeline] });
  return row?.history ?? null;
}
