import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everywhere, more, testPairs, type Pair } from './testing-pairs.ts';
import { add, classesOf, explanationsOf, judged, page, put, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** Two pages of a walk, the second asked from where the first said. */
const walk = (first: string[], second: string[], { of = {}, last = {} }: { of?: Line; last?: Line } = {}): Line[] => [
  page(first, 60, 64, { next: 'n1', ...of }),
  page(second, 70, 74, { after: 'n1', next: 'n2', ...last }),
];
const lists = (...lines: Line[]): Sketch => tiny({ history: more(...lines) });
const replica = { role: 'replica', copy: 'db2' };
/** e4 was sent again after no answer; a takeover may have lost its first row, which a list had shown */
const again = (change: Line): Sketch =>
  tiny({
    history: more(
      add('e4', 40, 50, { outcome: 'unknown' }),
      add('e4', 66, 68, { attempt: 2 }),
      ...walk(['e1', 'e2', 'e3', 'e4'], ['e4'], { of: { copy: 'db1' }, last: change }),
    ),
    final: everywhere('e4'),
  });

const pairs: Omit<Pair, 'name'>[] = [
  {
    what: 'a complete list with an id twice',
    breaks: lists(page(['e1', 'e2', 'e3', 'e1'], 60, 70)),
    nearly: lists(page(['e1', 'e2', 'e3'], 60, 70), page(['e1', 'e2', 'e3'], 60, 70, { id: 'other' })),
  },
  {
    what: 'two pages of a walk that overlap, of whichever copy',
    breaks: lists(...walk(['e1', 'e2'], ['e2', 'e3'], { last: replica })),
    // the same position was asked again
    nearly: lists(...walk(['e1'], ['e2', 'e3']), page(['e2', 'e3'], 80, 84, { after: 'n1', next: 'n2' })),
  },
  {
    what: 'pages that overlap in a walk whose beginning is not there',
    breaks: lists(page(['e1', 'e2'], 60, 64, { after: 'n0', next: 'n1' }), page(['e2', 'e3'], 70, 74, { after: 'n1' })),
    // a page that gave no position
    nearly: lists(page(['e1', 'e2', 'e3'], 60, 64, { next: null, limit: 3 }), page(['e1', 'e2', 'e3'], 70, 74)),
  },
  {
    what: 'an element that was written again, at one copy',
    breaks: again({ copy: 'db1' }),
    nearly: again({ copy: 'db2', role: 'replica' }),
  },
  {
    what: 'an element stands behind one that was begun after its ack',
    breaks: lists(page(['e1', 'e3', 'e2'], 60, 70)),
    nearly: tiny({ history: [add('e1', 0, 10), add('e2', 20, 45), add('e3', 45, 50), page(['e1', 'e3', 'e2'], 60, 70)] }),
  },
  {
    what: 'the same over two pages of a replica',
    breaks: lists(...walk(['e2'], ['e1', 'e3'], { of: replica, last: replica })),
    nearly: lists(...walk(['e1'], ['e2', 'e3'], { of: replica, last: replica })),
  },
  {
    what: 'the same, and a put may have moved it',
    breaks: lists(put('k', 1, 55, 57, { outcome: 'failed' }), page(['e2', 'e1', 'e3'], 60, 70)),
    nearly: tiny({
      history: more(put('e1', 1, 55, 57), page(['e2', 'e3', 'e1'], 60, 70)),
      final: { db1: ['e2', 'e3', { id: 'e1', version: 1 }], db2: ['e2', 'e3', { id: 'e1', version: 1 }] },
    }),
  },
  {
    what: 'a page with more items than its limit',
    breaks: lists(page(['e1', 'e2', 'e3'], 60, 70, { limit: 2 })),
    nearly: lists(page(['e1', 'e2', 'e3'], 60, 70, { limit: 3 })),
  },
  {
    what: 'a page whose position to go on from is the one it was asked from',
    breaks: lists(page(['e1'], 60, 64, { next: 'n1' }), page(['e2', 'e3'], 70, 74, { after: 'n1', next: 'n1' })),
    nearly: lists(page(['e1', 'e2', 'e3'], 60, 64, { next: 'n1' }), page([], 70, 74, { after: 'n1', next: 'n1' })),
  },
];

describe('a list that is none', { concurrency: 4 }, () => {
  testPairs(pairs.map((pair) => ({ ...pair, name: 'broken-list' })));

  test('is told under the copy that holds the element twice', async () => {
    const verdict = await judged({ ...lists(page(['e1', 'e2', 'e2', 'e3'], 60, 70)), final: everywhere('e2') });
    assert.deepEqual(classesOf(verdict).breaking, ['duplicated']);
    assert.deepEqual(explanationsOf(verdict), ['broken-list by duplicated']);
  });
  test('is shown with both pages, and what stands before', async () => {
    const verdict = await judged(lists(...walk(['e2'], ['e1', 'e3'])));
    const [found] = verdict.findings;
    assert.deepEqual(
      found?.witnesses.map((witness) => [witness.op, witness.start, witness.item, witness.behind]),
      [
        ['list', 60, undefined, undefined],
        ['list', 70, 'e1', 'e2'],
      ],
    );
    assert.equal(found?.message, '1 element of a list shown behind what was begun after its acknowledgement');
  });
});
