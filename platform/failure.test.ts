import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pg from 'pg';
import { Answer, DatabaseTimeout } from './answer.ts';
import { failureOf, WriteFailure, type Stage } from './failure.ts';

function databaseError(code: string, constraint?: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('it failed', 0, 'error'), { code, constraint });
}

function statusAt(stage: Stage, cause: unknown): number {
  return failureOf(new WriteFailure(stage, cause)).status;
}

describe('a failure', () => {
  it('is a 409 only where the write certainly did not happen', () => {
    for (const code of ['40001', '40P01', '25006', '23502', '23514']) assert.equal(statusAt('begin', databaseError(code)), 409, code);
    for (const code of ['57P01', '57P02', '57P03', '57014', '08006', '53300', '22021'])
      assert.equal(statusAt('begin', databaseError(code)), 503, code);
  });

  it('on the operation’s own key is never definite', () => {
    assert.equal(statusAt('begin', databaseError('23505', 'changes_pkey')), 503);
    assert.equal(statusAt('begin', databaseError('23505', 'projects_pkey')), 503);
  });

  it('at COMMIT is always 503 and says so', () => {
    for (const cause of [
      databaseError('40001'),
      databaseError('25006'),
      new DatabaseTimeout('x'),
      new Error('Connection terminated unexpectedly'),
    ]) {
      const { status, fields } = failureOf(new WriteFailure('commit', cause));
      assert.deepEqual([status, fields.stage], [503, 'commit']);
    }
  });

  it('carries the SQLSTATE of the server and no system error code in its place', () => {
    assert.equal(failureOf(new WriteFailure('begin', databaseError('40P01'))).fields.sqlstate, '40P01');
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    assert.deepEqual(failureOf(broken), { status: 503, fields: { error: 'connection', message: 'write EPIPE' } });
  });

  it('of a read is 503 even where a write would be told to try again', () => {
    assert.equal(failureOf(databaseError('40001')).status, 503);
  });

  it('that was meant keeps its status, and the framework’s own refusals keep theirs', () => {
    assert.equal(failureOf(new WriteFailure('begin', new Answer(409, 'version-conflict', 'older'))).status, 409);
    assert.equal(failureOf(Object.assign(new Error('broken JSON'), { statusCode: 400 })).status, 400);
    assert.equal(failureOf(Object.assign(new Error('defect'), { statusCode: 500 })).status, 503);
  });
});
