import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type pg from 'pg';
import { Answer } from './answer.ts';
import { startBudget } from './budget.ts';
import type { Notice } from './connection.ts';
import type { Database, Session } from './database.ts';
import { WriteFailure } from './failure.ts';
import { write, type WriteRequest, type WriteRow, type Written } from './write.ts';

const ROW: WriteRow = { copy: 'db1', system: '7', timeline: 1, epoch: 1, readOnly: false, xid: '100' };

interface Script {
  row?: WriteRow | undefined;
  warned?: boolean;
  command?: string;
  budgetMs?: number;
  leastEpoch?: number;
}

/** A database that plays one write and notes what it was asked, in order. */
async function play(
  { row = ROW, warned = false, command = 'COMMIT', budgetMs = 1000, leastEpoch = 0 }: Script,
  steps: string[] = [],
): Promise<Written<WriteRow>> {
  const session: Session = {
    query: async () => assert.fail('no single query is expected'),
    begin: async () => {
      steps.push('BEGIN');
      return [result('BEGIN'), result('SELECT', row.xid ? [row] : [])];
    },
    script: async (text, onNotice?: (notice: Notice) => void) => {
      const verb = text.split(/[ ;]/)[0] ?? '';
      steps.push(verb);
      if (warned && verb === 'COMMIT') onNotice?.({ code: '01000', message: 'canceling wait for synchronous replication' });
      return [result(command), result('SELECT', [{ lsn: '0/16' }])];
    },
    distrust: () => steps.push('distrust'),
  };
  const database: Database = { lend: async (_budget, work) => work(session), close: async () => {} };
  const request: WriteRequest = {
    database,
    budget: startBudget(budgetMs),
    ledger: ({ xid, id }) => steps.push(`ledger ${xid} ${id}`),
    leastEpoch,
    following: { noticed: () => steps.push('noticed'), isKnown: async () => false },
    id: 'x',
    statement: { name: 'insert', text: 'INSERT …', values: [] },
    refusal: async () => new Answer(409, 'version-conflict', 'older'),
  };
  return write(request);
}

function result(command: string, rows: object[] = []): pg.QueryResult {
  return { command, rows, rowCount: rows.length, oid: 0, fields: [] };
}

describe('a write', () => {
  it('is logged before its COMMIT is sent', async () => {
    const steps: string[] = [];
    const { position, replicated } = await play({}, steps);
    assert.deepEqual(steps, ['BEGIN', 'ledger 100 x', 'COMMIT']);
    assert.deepEqual([position.lsn, position.token, replicated], ['0/16', '7:1:1:0/16', true]);
  });

  it('is taken back, and never sent to COMMIT, under an epoch whose writer another has followed', async () => {
    const steps: string[] = [];
    await assert.rejects(play({ leastEpoch: 2 }, steps), (error: unknown) => {
      assert.ok(error instanceof WriteFailure && error.cause instanceof Answer);
      const { status, fields } = error.cause;
      assert.partialDeepStrictEqual({ status, ...fields }, { status: 409, error: 'old-epoch', epoch: 1 });
      return true;
    });
    assert.deepEqual(steps, ['BEGIN', 'ROLLBACK']);
    await play({ leastEpoch: 1 });
  });

  it('is not called replicated when its COMMIT came with a warning', async () => {
    assert.equal((await play({ warned: true })).replicated, false);
    assert.equal((await play({ warned: false })).replicated, true);
  });

  it('that COMMIT rolled back is a failure at COMMIT', async () => {
    await assert.rejects(play({ command: 'ROLLBACK' }), (error) => error instanceof WriteFailure && error.stage === 'commit');
  });

  it('that wrote no row is rolled back and refused', async () => {
    const steps: string[] = [];
    await assert.rejects(
      play({ row: { ...ROW, xid: '' } }, steps),
      (error) => error instanceof WriteFailure && error.cause instanceof Answer,
    );
    assert.deepEqual(steps, ['BEGIN', 'ROLLBACK']);
  });

  it('does not begin a COMMIT that it could not wait for', async () => {
    const steps: string[] = [];
    await assert.rejects(play({ budgetMs: 50 }, steps), (error) => error instanceof WriteFailure && error.stage === 'begin');
    assert.deepEqual(steps, ['BEGIN']);
  });
});
