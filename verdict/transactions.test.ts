import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import { add, classesOf, judged, tiny } from './testing.ts';

const base = tiny();
const unanswered = ['u1', 'u2', 'u3'].map((id, nth) => add(id, 100 + nth, 200, { outcome: 'unknown' }));
const history = [...base.history, ...unanswered];
const final = { db1: ['e1', 'e2', 'e3', 'u1'], db2: ['e1', 'e2', 'e3', 'u1'] };

describe('what the truth says of transactions', { concurrency: 4 }, () => {
  test('tells which unanswered writes committed, were rolled back, or were never heard of', async () => {
    const transactions = [
      { id: 'u1', xid: '10', status: 'aborted' },
      { id: 'u1', xid: '11', status: 'committed' },
      { id: 'u2', xid: '12', status: 'aborted' },
      { id: 'e1', xid: '13', status: 'committed' },
    ];
    const { verdict, writes } = await judged({ ...base, history, final, transactions });
    assert.equal(verdict, 'pass');
    assert.deepEqual(writes.transactions, { committed: 1, rolledBack: 1, untold: 1 });
    assert.deepEqual([writes.unknown, writes.recovered, writes.vanished], [3, 1, 2]);
  });
  test('doubts a final state that lacks what committed', async () => {
    const { verdict, reasons } = await judged({ ...base, history, final, transactions: [{ id: 'u2', xid: '12', status: 'committed' }] });
    assert.equal(verdict, 'inconclusive');
    assert.match(reasons.join('\n'), /1 transactions of unanswered writes committed at the truth, whose final state lacks them: "u2"/u);
  });
  test('doubts a final state that lacks what committed, whatever the answers were', async () => {
    const cases: [Record<string, unknown>[], RegExp][] = [
      [
        [add('x', 100, 110, { outcome: 'failed' })],
        /1 transactions of writes that certainly failed committed at the truth, whose final state lacks them: "x"/u,
      ],
      [[add('x', 100, 110, { replicated: false })], /1 transactions of writes answered with 202 committed at the truth/u],
      [[], /1 transactions of writes that the history lacks committed at the truth/u],
    ];
    for (const [more, says] of cases) {
      const sketch = { ...base, history: [...base.history, ...more] };
      const verdict = await judged({ ...sketch, transactions: [{ id: 'x', xid: '12', status: 'committed' }] });
      assert.deepEqual([verdict.verdict, classesOf(verdict).breaking], ['inconclusive', []], verdict.reasons.join('\n'));
      assert.match(verdict.reasons.join('\n'), says);
      // what was rolled back may be absent
      assert.equal((await judged({ ...sketch, transactions: [{ id: 'x', xid: '12', status: 'aborted' }] })).verdict, 'pass');
    }
  });
  test('is refused where it is not of the format, and is no figure where nobody asked', async () => {
    await assert.rejects(
      judged({ ...base, transactions: [{ id: 'u1', xid: '1', status: 'gone' }] }),
      (error) => error instanceof UsageError && /evidence\/transactions\.jsonl:1: status: /u.test(error.message),
    );
    assert.equal((await judged({ ...base, history, final })).writes.transactions, undefined);
  });
});
