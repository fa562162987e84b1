import { Answer } from './answer.ts';
import type { Budget } from './budget.ts';
import type { Notice } from './connection.ts';
import type { Database, Session } from './database.ts';
import { WriteFailure, type Stage } from './failure.ts';
import type { Following } from './following.ts';
import type { Ledger } from './ledger.ts';
import type { Statement } from './statement.ts';
import { stampOf, type Stamp, type StampRow } from './stamp.ts';
import { formatToken } from './token.ts';

/** What every statement of a write returns: the stamp, and the transaction that it runs in. */
export interface WriteRow extends StampRow {
  xid: string;
}

/** A committed write; `replicated` is false when its wait for the synchronous standby was cancelled. */
export interface Written<Row> {
  row: Row;
  replicated: boolean;
  position: Stamp & { xid: string; lsn: string; token: string };
}

export interface WriteRequest {
  database: Database;
  budget: Budget;
  ledger: Ledger;
  /** an older one is that of a writer whose place another has taken */
  leastEpoch: number;
  /** whether this site takes no writes at all now */
  following: Following;
  /** the operation's own id, for the ledger */
  id: string;
  /** returns one WriteRow when it wrote, none when it must not */
  statement: Statement;
  /** explains a statement that wrote nothing; asked in the same transaction */
  refusal: (session: Session) => Promise<Answer>;
}

/** SQLSTATE of a write where none are taken. */
export const READ_ONLY = '25006';

// A COMMIT that would be cut off at once leaves an outcome nobody knows; not sending it is definite.
const LEAST_FOR_COMMIT_MS = 100;

/** Runs one write in one transaction and waits for its COMMIT; two round trips. */
export async function write<Row extends WriteRow>(request: WriteRequest): Promise<Written<Row>> {
  const { database, budget, ledger, leastEpoch, following, id, statement, refusal } = request;
  let stage: Stage = 'connect';
  try {
    if (await following.isKnown(budget)) throw takesNone();
    return await database.lend(budget, async (session) => {
      stage = 'begin';
      const results = await session.begin(statement).catch((error: unknown) => {
        if (!isReadOnly(error)) throw error;
        session.distrust();
        following.noticed();
        throw error;
      });
      const row = results.at(-1)?.rows[0] as Row | undefined;
      if (!row) {
        const answer = await refusal(session);
        await session.script('ROLLBACK');
        throw answer;
      }
      if (budget.leftMs() < LEAST_FOR_COMMIT_MS)
        throw new Answer(503, 'timeout', 'Expected time left for COMMIT, came none: it was not sent.');
      const stamp = stampOf(row);
      if (stamp.epoch < leastEpoch) {
        await session.script('ROLLBACK');
        throw new Answer(
          409,
          'old-epoch',
          `Expected to write under epoch ${leastEpoch}, came ${stamp.epoch}: the other site has taken this one's place.`,
          { ...stamp },
        );
      }
      ledger({ xid: row.xid, id, system: stamp.system, timeline: stamp.timeline });
      stage = 'commit';
      const { lsn, replicated } = await commit(session);
      return { row, replicated, position: { ...stamp, xid: row.xid, lsn, token: formatToken({ ...stamp, lsn }) } };
    });
  } catch (error) {
    throw new WriteFailure(stage, error);
  }
}

/** What the database would say, without asking it. */
function takesNone(): Answer {
  return new Answer(409, 'database', 'Expected this site to take writes, it follows the other one: send them there.', {
    sqlstate: READ_ONLY,
  });
}

async function commit(session: Session): Promise<{ lsn: string; replicated: boolean }> {
  const notices: Notice[] = [];
  const [done, position] = await session.script('COMMIT; SELECT pg_current_wal_lsn()::text AS lsn', (notice) => notices.push(notice));
  if (done?.command !== 'COMMIT')
    throw new Error(`Expected COMMIT to commit, came ${JSON.stringify(done?.command)}: the transaction had failed before.`);
  const row = position?.rows[0] as { lsn: string } | undefined;
  if (!row) throw new Error('Expected a position after COMMIT, came no row.');
  return { lsn: row.lsn, replicated: !notices.some(isCancelledWait) };
}

/**
 * Whether a notice to COMMIT says that it did not wait for its standby.
 * Told by code, not by text, which follows the server's language: nothing else warns at a COMMIT of ours,
 * and if something did, a missing acknowledgement is the safe mistake.
 */
export function isCancelledWait({ code }: Notice): boolean {
  return code === '01000' || code === '57P01';
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === READ_ONLY;
}
