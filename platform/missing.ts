import { Answer } from './answer.ts';
import type { Session } from './database.ts';
import { STAMP_COLUMNS, stampOf, type StampRow } from './stamp.ts';
import { coverageOf, knowsLineage, parseLsn, type Term, type Token } from './token.ts';

/** The longest that a read waits for a copy to reach its token. */
export const TOKEN_WAIT_MS = 1000;

/** Why a copy does not hold what a token stands for, and whether waiting is in vain. */
export interface Missing {
  isFinal: boolean;
  answer: Answer;
}

/**
 * Asks a copy whether it holds the token's write; undefined when it does.
 * To be asked before the data and in a statement of its own: a snapshot taken first could miss a row that is replayed
 * before the position is looked at.
 */
export async function missingFor(token: Token, session: Session): Promise<Missing | undefined> {
  const [row] = (await session.query<PositionRow>({ ...POSITION, values: [token.epoch] })).rows;
  if (!row) throw new Error('Expected the position of the copy, came no row.');
  const stamp = stampOf(row);
  const history = token.timeline < stamp.timeline ? await historyOf(stamp.timeline, session) : null;
  const said = { ...stamp, reached: row.lsn };
  const term = termOf(row);
  switch (coverageOf(token, { stamp, lsn: row.lsn, history, ...(term && { term }) })) {
    case 'covered':
      return undefined;
    case 'refused':
      return { isFinal: true, answer: refused(said) };
    case 'unproven':
      return { isFinal: true, answer: unproven(said) };
    case 'behind':
      return { isFinal: false, answer: knowsLineage(token, stamp) ? notReached(said) : refused(said) };
  }
}

const POSITION = {
  name: 'position',
  text: `SELECT ${STAMP_COLUMNS},
    (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text AS lsn,
    (SELECT system FROM terms WHERE epoch = $1) AS term_system, followed_to()::text AS followed,
    EXISTS (SELECT FROM terms WHERE epoch > $1) AS ended, (SELECT previous_end::text FROM terms WHERE epoch > $1 ORDER BY epoch LIMIT 1) AS term_end`,
};

interface PositionRow extends StampRow {
  lsn: string | null;
  term_system: string | null;
  followed: string | null;
  ended: boolean;
  term_end: string | null;
}

function termOf({ term_system: system, followed, ended, term_end: end }: PositionRow): Term | undefined {
  if (system === null) return undefined;
  const known = (lsn: string | null): bigint | null => (lsn === null ? null : parseLsn(lsn));
  return { system, followed: known(followed), ...(ended ? { end: known(end) } : {}) };
}

async function historyOf(timeline: number, session: Session): Promise<string | null> {
  const query = { name: 'history', text: 'SELECT timeline_history($1) AS history', values: [timeline] };
  const [row] = (await session.query<{ history: string | null }>(query)).rows;
  return row?.history ?? null;
}

type Said = Record<string, unknown>;

function refused(said: Said): Answer {
  const message = 'Expected a token of this copy’s own lineage, came another: its write is not part of this history.';
  return new Answer(409, 'token-refused', message, said);
}

function unproven(said: Said): Answer {
  const message = 'Expected the timeline history of this copy, came none: apply the schema as a superuser.';
  return new Answer(503, 'token-unproven', message, said);
}

function notReached(said: Said): Answer {
  const message = `Expected this copy to reach the token within ${TOKEN_WAIT_MS} ms, it did not: it lags.`;
  return new Answer(503, 'token-not-reached', message, said);
}
