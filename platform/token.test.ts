import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coverageOf, formatToken, knowsLineage, parseLsn, parseToken, type Position } from './token.ts';

const HISTORY = '1\t0/3000100\tno recovery target specified\n\n2\t0/5000000\tno recovery target specified\n';

function copyAt({ timeline = 3, epoch = 1, lsn = '0/6000000', history = HISTORY as string | null }): Position {
  return { stamp: { system: '7', timeline, epoch }, lsn, history };
}

function judge(token: string, copy: Position): string {
  return coverageOf(parseToken(token)!, copy);
}

describe('a token', () => {
  it('survives writing and reading', () => {
    const text = formatToken({ system: '7312345678901234567', timeline: 2, epoch: 1, lsn: '1A/3000148' });
    assert.equal(text, '7312345678901234567:2:1:1A/3000148');
    assert.deepEqual(parseToken(text), { system: '7312345678901234567', timeline: 2, epoch: 1, lsn: 0x1a_0300_0148n });
    assert.equal(parseToken(undefined), undefined);
  });

  it('is refused with 400 when it is none', () => {
    for (const text of ['', '7:1:1', '7:1:1:0-1', '7:1:1:0/123456789', 'x:1:1:0/1']) {
      assert.throws(() => parseToken(text), { status: 400 });
    }
  });

  it('is covered once the copy has replayed its position', () => {
    assert.equal(judge('7:3:1:0/6000000', copyAt({})), 'covered');
    assert.equal(judge('7:3:1:0/6000001', copyAt({})), 'behind');
    assert.equal(judge('7:3:1:0/6000000', { ...copyAt({}), lsn: null }), 'behind');
    assert.ok(parseLsn('1/0') > parseLsn('0/FFFFFFFF'));
  });

  it('of an earlier timeline counts only up to where the copy’s history left it', () => {
    assert.equal(judge('7:1:1:0/3000100', copyAt({})), 'covered');
    assert.equal(judge('7:1:1:0/3000101', copyAt({})), 'refused');
    assert.equal(judge('7:2:1:0/4000000', copyAt({})), 'covered');
    assert.equal(judge('7:2:1:0/4000000', copyAt({ history: '1\t0/3000100\tx\n' })), 'refused');
    assert.equal(judge('7:2:1:0/4000000', copyAt({ history: null })), 'unproven');
  });

  it('of the site that is followed is covered once everything up to it is here', () => {
    const following = (followed: bigint | null): Position => ({ ...copyAt({}), term: { system: '8', followed } });
    assert.equal(judge('8:1:1:0/5000000', following(0x5000000n)), 'covered');
    assert.equal(judge('8:1:1:0/5000001', following(0x5000000n)), 'behind');
    assert.equal(judge('8:1:1:0/1', following(null)), 'behind');
    // the copy's own log says nothing of another's
    assert.equal(judge('8:1:1:0/5000001', { ...following(0x5000000n), lsn: '0/9000000' }), 'behind');
    assert.equal(judge('9:1:1:0/1', following(0x5000000n)), 'refused');
  });

  it('of a writer whose place another took counts only up to what that took over, at either site', () => {
    for (const system of ['7', '8']) {
      const after = (end: bigint | null): Position => ({ ...copyAt({ epoch: 2 }), term: { system, followed: null, end } });
      assert.equal(judge(`${system}:3:1:0/5000000`, after(0x5000000n)), 'covered');
      assert.equal(judge(`${system}:3:1:0/5000001`, after(0x5000000n)), 'refused');
      assert.equal(judge(`${system}:3:1:0/1`, after(null)), 'unproven');
    }
    // of an epoch that has not been heard of yet: it may only be late
    assert.equal(judge('8:1:2:0/1', copyAt({})), 'behind');
  });

  it('of another system is refused, of a later timeline or epoch may still come', () => {
    assert.equal(judge('8:3:1:0/1', copyAt({})), 'refused');
    for (const later of ['7:4:1:0/1', '7:3:2:0/1']) {
      assert.equal(judge(later, copyAt({})), 'behind');
      assert.equal(knowsLineage(parseToken(later)!, copyAt({}).stamp), false);
    }
    assert.equal(knowsLineage(parseToken('7:3:1:0/9000000')!, copyAt({}).stamp), true);
  });
});
