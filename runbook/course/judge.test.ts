import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { beside, missing } from './judge.fixture.ts';
import type { Acknowledged, Site } from './ledger.fixture.ts';

function ack(site: Site, sentAt: number, more: Partial<Acknowledged> = {}): Acknowledged {
  return { table: 'changes', key: `${site}${sentAt}`, version: 0, site, by: 'direct', sentAt, ackedAt: sentAt + 1, ...more };
}

const toB = { target: 'b', begunAt: 10, endedAt: 20 } as const;
const toA = { target: 'a', begunAt: 40, endedAt: 50 } as const;

describe('the judge of a course', () => {
  it('finds a row that is neither at a site nor kept, and one that is there in an older version alone', () => {
    const acks = [ack('a', 1), ack('a', 2), ack('a', 3, { table: 'projects', key: 'p', version: 7 })];
    assert.deepEqual(missing(acks, [new Map([['changes=a1', 0]]), new Map([['changes=a2', 0]]), new Map([['projects=p', 7]])]), []);
    assert.deepEqual(missing(acks, [new Map([['changes=a1', 0]]), new Map([['projects=p', 6]])]), acks.slice(1));
  });

  it('has nothing against writers that follow each other, there and back', () => {
    const acks = [ack('a', 1), ack('a', 14), ack('b', 16), ack('b', 45), ack('a', 47), ack('a', 60)];
    assert.deepEqual(beside(acks, { switching: [toB, toA], lost: [], first: 'a' }), []);
  });

  it('has nothing against an answer that came late to what was sent before', () => {
    const acks = [ack('a', 12, { ackedAt: 30 }), ack('b', 16)];
    assert.deepEqual(beside(acks, { switching: [toB], lost: [], first: 'a' }), []);
  });

  it('finds a write at the old writer after the new one has acknowledged', () => {
    const acks = [ack('b', 16), ack('a', 18)];
    assert.equal(beside(acks, { switching: [toB], lost: [], first: 'a' }).length, 1);
  });

  it('finds a write at the follower that no command made the writer', () => {
    assert.equal(beside([ack('a', 1), ack('b', 5)], { switching: [], lost: [], first: 'a' }).length, 1);
  });

  it('finds a write at the old writer after a failed way back', () => {
    const acks = [ack('b', 16), ack('b', 47), ack('a', 49), ack('b', 52)];
    assert.deepEqual(
      beside(acks, { switching: [toB, toA], lost: [], first: 'a' }).map(({ later }) => later.sentAt),
      [52],
    );
  });

  it('holds a client that keeps to a lost site to nothing, and one of the load balancer to all', () => {
    const lost = [{ site: 'a', from: 10, to: 40 }] as const;
    assert.deepEqual(beside([ack('b', 16), ack('a', 18)], { switching: [toB], lost, first: 'a' }), []);
    const balanced = [ack('b', 16, { by: 'balanced' }), ack('a', 18, { by: 'balanced' })];
    assert.equal(beside(balanced, { switching: [toB], lost, first: 'a' }).length, 1);
  });
});
