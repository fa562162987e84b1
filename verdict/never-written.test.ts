import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everywhere, more, testPairs, type Pair } from './testing-pairs.ts';
import { add, classesOf, explanationsOf, get, judged, page, put, read, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** A second, in µs: what clocks may differ by is far below. */
const S = 1_000_000;
const late = (...lines: Line[]): Sketch => tiny({ history: more(...lines), final: everywhere('e4') });
const failed = { outcome: 'failed' };
const keyed = (lines: Line[], version = 2): Sketch =>
  tiny({
    history: more(put('k', 1, 100, 110), put('k', 2, 2 * S, 2 * S + 9), ...lines),
    final: everywhere({ id: 'k', version, value: `k ${version}` }),
  });
const pairs: Omit<Pair, 'name'>[] = [
  {
    what: 'a read finds an id that nobody sent',
    breaks: tiny({ history: more(read('ghost', 80, 90)) }),
    nearly: tiny({ history: more(read('ghost', 80, 90, { found: false })) }),
  },
  {
    what: 'a read of a replica finds an element half a second before its add was sent',
    breaks: late(add('e4', S, S + 9), read('e4', S / 2 - 9, S / 2, { role: 'replica', copy: 'db2' })),
    nearly: late(add('e4', S, S + 9), read('e4', S / 2, S, { role: 'replica', copy: 'db2' })),
  },
  {
    what: 'a read finds an element between an attempt that certainly failed and one that was sent later',
    breaks: late(add('e4', 80, 90, failed), read('e4', 100, 110), add('e4', S, S + 9, { attempt: 2 })),
    nearly: late(add('e4', 80, 90, { outcome: 'unknown' }), read('e4', 100, 110), add('e4', S, S + 9, { attempt: 2 })),
  },
  {
    what: 'a read finds an element all of whose attempts certainly failed',
    breaks: tiny({ history: more(add('e4', 80, 90, failed), add('e4', 95, 99, { ...failed, attempt: 2 }), read('e4', 100, 110)) }),
    nearly: late(add('e4', 80, 90, failed), add('e4', 95, 99, { outcome: 'unknown', attempt: 2 }), read('e4', 100, 110)),
  },
  {
    what: 'an add is told that its id is there, which nobody else had sent, and certainly failed',
    breaks: tiny({ history: more(add('e4', 80, 90, { ...failed, found: true })) }),
    nearly: tiny({ history: more(add('e4', 80, 90, failed)) }),
  },
  {
    what: 'a list shows an id that nobody sent',
    breaks: tiny({ history: more(page(['e1', 'e2', 'e3', 'ghost'], 80, 90, { role: 'replica', copy: 'db2' })) }),
    nearly: tiny({ history: more(page(['e1', 'e2', 'e3'], 80, 90, { role: 'replica', copy: 'db2' })) }),
  },
  {
    what: 'a list shows an element a second before it was sent',
    breaks: late(page(['e1', 'e2', 'e3', 'e4'], 80, 90), add('e4', S, S + 9)),
    nearly: late(page(['e1', 'e2', 'e3'], 80, 90), add('e4', S, S + 9)),
  },
  {
    what: 'a get shows a value that nobody wrote',
    breaks: keyed([get('k', 1, 120, 130, { value: 'other' })]),
    nearly: keyed([get('k', 1, 120, 130)]),
  },
  {
    what: 'a get shows a value that nobody wrote, and no version',
    breaks: keyed([get('k', 1, 120, 130, { version: null, value: 'other' })]),
    nearly: keyed([get('k', 1, 120, 130, { version: null })]),
  },
  {
    what: 'a get shows a value under the version of another',
    breaks: keyed([get('k', 2, 3 * S, 3 * S + 9, { value: 'k 1' })]),
    nearly: keyed([get('k', 2, 3 * S, 3 * S + 9, { value: null })]),
  },
  {
    what: 'a get shows a version above all sent',
    breaks: keyed([get('k', 3, 3 * S, 3 * S + 9, { role: 'replica' })]),
    nearly: keyed([get('k', 2, 3 * S, 3 * S + 9, { role: 'replica' })]),
  },
  {
    what: 'a get shows a version without a value that nobody sent',
    breaks: keyed([get('k', 9, 3 * S, 3 * S + 9, { value: null })]),
    // a put that does not tell its version may have made it
    nearly: tiny({
      history: more(
        put('k', 1, 100, 110),
        put('k', 3, 200, 210, { version: null, outcome: 'unknown' }),
        get('k', 9, 300, 310, { value: null }),
      ),
      final: everywhere({ id: 'k', version: 9, value: 'k 3' }),
    }),
  },
  {
    what: 'a get shows a version a second before its put was sent',
    breaks: keyed([get('k', 2, 200, 210)]),
    nearly: keyed([get('k', 2, 2 * S - 5, 2 * S)]),
  },
  {
    what: 'a get shows a put that certainly failed',
    breaks: keyed([put('k', 3, 2.5 * S, 2.5 * S + 9, failed), get('k', 3, 3 * S, 3 * S + 9)]),
    nearly: keyed([put('k', 3, 2.5 * S, 2.5 * S + 9, { outcome: 'unknown' }), get('k', 3, 3 * S, 3 * S + 9)], 3),
  },
  {
    what: 'a get finds a key that nobody wrote, whatever it says of it',
    breaks: tiny({ history: more(get('ghost', 0, 80, 90, { value: null })) }),
    // the initial state of a key that is written later
    nearly: keyed([get('k', 0, 80, 90, { value: null })]),
  },
  {
    what: 'a get shows a value beside an add that may have set the first, but the version is above all sent',
    breaks: keyed([add('k', 50, 60), get('k', 7, 120, 130, { value: 'first' })]),
    nearly: keyed([add('k', 50, 60), get('k', 0, 80, 90, { value: 'first' })]),
  },
];

describe('what nobody wrote', { concurrency: 4 }, () => {
  testPairs(pairs.map((pair) => ({ ...pair, name: 'never-written' })));

  test('and is present is told under what says so', async () => {
    const verdict = await judged(
      tiny({ history: more(read('ghost', 80, 90), add('e4', 80, 90, failed), read('e4', 95, 99)), final: everywhere('ghost', 'e4') }),
    );
    assert.deepEqual(classesOf(verdict).breaking, ['phantom', 'unexpected']);
    assert.deepEqual(explanationsOf(verdict), ['never-written by phantom', 'never-written by unexpected']);
  });
  test('is shown with the write that comes nearest, and makes nothing else stale', async () => {
    const verdict = await judged(
      keyed([
        get('k', 7, 150, 160, { value: 'k 1' }),
        get('k', 1, 170, 180),
        add('e5', S, S + 9),
        read('e5', 100, 110),
        read('e5', 120, 130, { found: false }),
      ]),
    );
    assert.ok(
      verdict.findings.every(({ class: name }) => name === 'never-written' || name === 'lost'),
      verdict.reasons.join('\n'),
    );
    const found = verdict.findings.find(({ class: name }) => name === 'never-written');
    assert.equal(found?.count, 2);
    assert.equal(found.witnesses.length, 4);
    assert.match(
      found.message,
      /^2 sightings of what no write of this run had sent by then \(a value sent as another version; sent later\), up to 999\.89 ms before it was sent$/u,
    );
  });
  test('is in doubt where the clocks of two machines may differ by as much', async () => {
    const verdict = await judged(late(add('e4', 20_000, 20_009), read('e4', 10_000, 10_001)));
    assert.deepEqual([verdict.verdict, classesOf(verdict)], ['inconclusive', { breaking: [], other: ['never-written'] }]);
    assert.match(verdict.reasons[0] ?? '', /^never-written: .*the clocks of two machines may differ by as much$/u);
    assert.equal((await judged(late(add('e4', 20_002, 20_009), read('e4', 10_000, 10_001)))).verdict, 'fail');
  });
});

describe('what a history may lack', { concurrency: 4 }, () => {
  const cut = (...lines: Line[]): Sketch =>
    tiny({
      history: [add('c1-7', 0, 10), add('c1-9', 20, 30), put('k', 1, 100, 110), ...lines],
      end: null,
      final: { db1: ['c1-7', 'c1-9', { id: 'k', version: 1 }], db2: ['c1-7', 'c1-9', { id: 'k', version: 1 }] },
    });
  const breaking = async (sketch: Sketch): Promise<string[]> => {
    const verdict = await judged(sketch);
    assert.notEqual(verdict.verdict, 'pass');
    return classesOf(verdict).breaking;
  };
  test('may have sent what is shown where it was cut: the last call of each client', async () => {
    assert.deepEqual(await breaking(cut(read('c1-10', 40, 50, { role: 'replica' }))), []);
    assert.deepEqual(await breaking(cut(page(['c1-7', 'c1-9', 'c1-10'], 40, 50, { role: 'replica' }))), []);
    assert.deepEqual(await breaking(cut(get('k', 2, 120, 130, { role: 'replica' }))), []);
    assert.deepEqual(await breaking(cut(put('k', 2, 115, 118, failed), get('k', 2, 120, 130, { role: 'replica' }))), []);
  });
  test('cannot have sent what its client had passed, nor what it sent later', async () => {
    assert.deepEqual(await breaking(cut(read('c1-8', 40, 50))), ['never-written']);
    assert.deepEqual(await breaking(cut(get('k', 1, 120, 130, { value: 'other' }))), ['never-written']);
    assert.deepEqual(await breaking(cut(add('c1-10', S, S + 9, { outcome: 'unknown' }), read('c1-10', 40, 50))), ['never-written']);
  });
  test('explains as many sightings as lines are missing by its own count', async () => {
    const lacking = (end: number): Sketch => tiny({ history: more(read('x', 80, 90), page(['e1', 'e2', 'e3', 'y'], 80, 90)), end });
    assert.deepEqual(await breaking(lacking(10)), []);
    assert.deepEqual(await breaking(lacking(9)), ['never-written']);
  });
});
