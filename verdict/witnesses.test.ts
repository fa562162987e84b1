import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everywhere, more } from './testing-pairs.ts';
import { add, judged, read, tiny, type Sketch } from './testing.ts';
import type { Finding } from '../record/verdict-format.ts';

async function found(sketch: Sketch, name: string): Promise<Finding> {
  const { findings } = await judged(sketch);
  const finding = findings.find((each) => each.class === name);
  assert.ok(finding !== undefined, `expected ${name}, got ${findings.map((each) => each.class).join(', ')}`);
  return finding;
}

const told = ({ witnesses }: Finding): unknown[] =>
  witnesses.map(({ op, start, site, copy, role, found: seen }) => [op, start, site, copy, role, seen]);

describe('witnesses', { concurrency: 4 }, () => {
  test('of a stale read are the answer that made its element known, and the read', async () => {
    const lines = [
      add('e4', 100, 110, { site: 'a', copy: 'db1' }),
      read('e4', 120, 130, { found: false, site: 'b', copy: 'db2', role: 'replica' }),
    ];
    const finding = await found(tiny({ history: more(...lines), final: everywhere('e4') }), 'stale');
    assert.deepEqual(told(finding), [
      ['add', 100, 'a', 'db1', 'primary', undefined],
      ['read', 120, 'b', 'db2', 'replica', false],
    ]);
    assert.deepEqual([finding.count, finding.shown, finding.asked], [1, 1, 'replica']);
  });
  test('of a read that went back are the two reads', async () => {
    const at = { role: 'replica', copy: 'db2', site: 'a' };
    const lines = [
      add('e4', 100, 200),
      read('e4', 110, 115, at),
      read('e4', 120, 125, { ...at, found: false }),
      read('e4', 130, 135, { ...at, found: false }),
    ];
    const finding = await found(tiny({ history: more(...lines), final: everywhere('e4') }), 'non-monotonic');
    assert.deepEqual(
      told(finding),
      [110, 120, 130].map((start) => ['read', start, 'a', 'db2', 'replica', start === 110]),
    );
    assert.deepEqual([finding.count, finding.shown], [2, 2]);
  });
  test('of two writers are the acks in their order', async () => {
    const acks = ['db1', 'db2', 'db1'].map((copy, nth) =>
      add(`w${nth}`, 100 + 10 * nth, 109 + 10 * nth, { copy, site: copy === 'db1' ? 'a' : 'b', epoch: 1 }),
    );
    const finding = await found(tiny({ history: more(...acks), final: everywhere('w0', 'w1', 'w2') }), 'split-brain');
    assert.deepEqual(
      finding.witnesses.map(({ id, copy, site }) => [id, copy, site]),
      [
        ['w0', 'db1', 'a'],
        ['w1', 'db2', 'b'],
        ['w2', 'db1', 'a'],
      ],
    );
  });
  test('are at most twenty rows, and say how many findings they show', async () => {
    const lines = Array.from({ length: 30 }, (_, nth) => read('e1', 100 + nth, 101 + nth, { found: false, role: 'replica', copy: 'db2' }));
    const { count, shown, witnesses } = await found(tiny({ history: more(...lines) }), 'stale');
    assert.deepEqual([count, shown, witnesses.length], [30, 10, 11]);
  });
});
