import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { UsageError } from '../support/errors.ts';
import { everywhere, more } from './testing-pairs.ts';
import { add, judged, NO_FLOORS, put, runOf, tiny } from './testing.ts';

const lossy = tiny({ history: more(add('e4', 80, 90), add('e5', 80, 90)) });

describe('what a copy held when it was deposed', { concurrency: 4 }, () => {
  test('is told of what was lost, and excuses nothing', async () => {
    const { verdict, findings } = await judged({ ...lossy, deposed: { db3: ['e1', 'e4'] } });
    assert.equal(verdict, 'fail');
    assert.match(findings[0]?.message ?? '', /^2 of 5 acknowledged adds lost: .*; 1 of them held by db3 when it was deposed$/u);
    assert.deepEqual(
      findings[0]?.witnesses.map(({ id, deposed }) => [id, deposed]),
      [
        ['e4', 'db3'],
        ['e5', undefined],
      ],
    );
  });
  test('counts a lost add once, however many versions copies held', async () => {
    const deposed = { db2: [{ id: 'e4', version: 1 }], db3: [{ id: 'e4', version: 2 }] };
    const { findings } = await judged({ ...lossy, deposed });
    assert.match(findings[0]?.message ?? '', /^2 of 5 acknowledged adds lost: .*; 1 of them held by db2, db3 when it was deposed$/u);
  });
  test('is no final state: only there it makes nothing present, unexpected or duplicated', async () => {
    const { verdict, findings } = await judged(tiny({ deposed: { db1: ['e1', 'x', 'x'], db3: [{ id: 'e2', completions: 2 }] } }));
    assert.deepEqual([verdict, findings], ['pass', []]);
  });
  test('of a key counts by its version', async () => {
    const broken = tiny({
      run: runOf({ floors: NO_FLOORS }),
      history: more(put('k', 1, 100, 110), put('k', 2, 120, 130)),
      final: everywhere({ id: 'k', version: 1, value: 'k 1' }),
    });
    const told = async (version: number): Promise<string> =>
      (await judged({ ...broken, deposed: { db3: [{ id: 'k', version }] } })).findings[0]?.message ?? '';
    assert.match(await told(2), /all of them held by db3 when it was deposed$/u);
    assert.doesNotMatch(await told(1), /deposed/u);
  });
  test('is read as far as it goes, and refused where it is not of the format', async () => {
    const cut = await judged({ ...lossy, deposed: { db3: ['e4'] }, gzip: true }, (folder) =>
      truncateSync(join(folder, 'evidence/deposed/db3.jsonl.gz'), 12),
    );
    assert.equal(cut.verdict, 'fail');
    assert.match(cut.reasons.join('\n') + JSON.stringify(cut.findings), /evidence\/deposed\/db3\.jsonl\.gz is damaged/u);
    await assert.rejects(
      judged({ ...lossy, deposed: { db3: [{ id: 'e4', count: 0 }] } }),
      (error) => error instanceof UsageError && /evidence\/deposed\/db3\.jsonl:1: count: /u.test(error.message),
    );
  });
  test('beside transactions that were cut off', async () => {
    const cut = await judged({ ...lossy, transactions: [{ id: 'e4', xid: '1', status: 'aborted' }], gzip: true }, (folder) =>
      truncateSync(join(folder, 'evidence/transactions.jsonl.gz'), 12),
    );
    assert.equal(cut.verdict, 'fail');
  });
});
