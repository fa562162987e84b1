import { describe } from 'node:test';
import { everywhere, more, testPairs, type Pair } from './testing-pairs.ts';
import { add, page, put, read, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

const replica = { role: 'replica', copy: 'db2' };
/** f1, f2 and f3 are added at the same time, so that their order is that of their commits, which only lists show. */
const together = (...lines: Line[]): Sketch =>
  tiny({
    history: more(add('f1', 60, 90), add('f2', 60, 90), add('f3', 60, 90), ...lines),
    final: everywhere('f1', 'f2', 'f3'),
  });
const known = ['e1', 'e2', 'e3'];
const walk = (id: string, start: number, items: string[], change: Line = {}): Line =>
  page([...known, ...items], start, start + 5, { id, ...change });

const pairs: Pair[] = [
  {
    name: 'broken-list',
    what: 'two walks show two elements in opposite order',
    breaks: together(walk('one', 100, ['f1', 'f2', 'f3']), walk('two', 110, ['f2', 'f1', 'f3'])),
    nearly: together(walk('one', 100, ['f2', 'f1', 'f3']), walk('two', 110, ['f2', 'f1', 'f3'])),
  },
  {
    name: 'broken-list',
    what: 'a replica shows them in another order than the primary, over several pages and with others between',
    breaks: together(
      walk('one', 100, ['f1', 'f2', 'f3']),
      page(['e2', 'e3', 'f3'], 100, 104, { id: 'two', after: 'n0', next: 'n1', ...replica }),
      page(['f2', 'f1'], 110, 114, { id: 'two', after: 'n1', next: 'n2', ...replica }),
    ),
    nearly: together(
      walk('one', 100, ['f1', 'f2', 'f3']),
      page(['e2', 'e3', 'f1'], 100, 104, { id: 'two', after: 'n0', next: 'n1', ...replica }),
      page(['f2', 'f3'], 110, 114, { id: 'two', after: 'n1', next: 'n2', ...replica }),
    ),
  },
  {
    name: 'broken-list',
    what: 'neither walk began at the beginning',
    breaks: together(
      page(['f1', 'f2'], 100, 104, { id: 'one', after: 'n0', next: 'n1' }),
      page(['f2', 'f1', 'f3'], 100, 104, { id: 'two', after: 'n0', next: 'n1' }),
    ),
    nearly: together(
      page(['f1', 'f2'], 100, 104, { id: 'one', after: 'n0', next: 'n1' }),
      page(['f1', 'f2', 'f3'], 100, 104, { id: 'two', after: 'n0', next: 'n1' }),
    ),
  },
  {
    name: 'broken-list',
    what: 'the order turned, and nothing moved it',
    breaks: together(
      put('f1', 1, 95, 97, { outcome: 'failed' }),
      walk('one', 100, ['f1', 'f2', 'f3']),
      walk('two', 110, ['f2', 'f3', 'f1']),
    ),
    // a put may have moved it
    nearly: tiny({
      history: more(
        add('f1', 60, 90),
        add('f2', 60, 90),
        walk('one', 100, ['f1', 'f2']),
        put('f1', 1, 106, 108),
        walk('two', 110, ['f2', 'f1']),
      ),
      final: everywhere({ id: 'f1', version: 1 }, 'f2'),
    }),
  },
  {
    name: 'skipped',
    what: 'another walk shows before it what this one does not, though they were added at the same time',
    breaks: together(walk('one', 100, ['f1', 'f2', 'f3'], replica), walk('two', 100, ['f1', 'f3'], replica)),
    nearly: together(walk('one', 100, ['f1', 'f2', 'f3'], replica), walk('two', 100, ['f1', 'f2'], replica)),
  },
  {
    name: 'skipped',
    what: 'a page that gives no position to go on from is the end, however many items it holds',
    breaks: tiny({ history: more(page(['e1', 'e2'], 60, 70, { limit: 2, next: null })) }),
    nearly: tiny({ history: more(page(['e1', 'e2'], 60, 70, { limit: 2 })) }),
  },
  {
    name: 'skipped',
    what: 'the same, where no limit is known',
    breaks: tiny({ history: more(page(['e1', 'e2'], 60, 70, { limit: null, next: null })) }),
    nearly: tiny({ history: more(page(['e1', 'e2'], 60, 70, { limit: null })) }),
  },
  {
    name: 'non-monotonic',
    what: 'a list of a copy lacks what an earlier one had shown',
    breaks: together(walk('one', 100, ['f1', 'f2', 'f3'], replica), walk('two', 110, ['f1'], replica)),
    // the earlier one had not ended
    nearly: together(walk('one', 100, ['f1', 'f2', 'f3'], replica), walk('two', 105, ['f1'], replica)),
  },
  {
    name: 'non-monotonic',
    what: 'the same, in the last of several pages',
    breaks: together(
      walk('one', 100, ['f1', 'f2', 'f3'], replica),
      walk('two', 110, [], { ...replica, next: 'n1', limit: 3 }),
      page(['f1'], 120, 124, { id: 'two', after: 'n1', next: 'n2', ...replica }),
    ),
    // it was not the end
    nearly: together(
      walk('one', 100, ['f1', 'f2', 'f3'], replica),
      walk('two', 110, [], { ...replica, next: 'n1', limit: 3 }),
      page(['f1'], 120, 124, { id: 'two', after: 'n1', next: 'n2', ...replica, limit: 1 }),
    ),
  },
  {
    name: 'non-monotonic',
    what: 'a read of a copy misses what a list of it had shown',
    breaks: together(walk('one', 80, ['f1'], replica), read('f1', 86, 88, { ...replica, found: false })),
    nearly: together(walk('one', 80, ['f1'], replica), read('f1', 85, 88, { ...replica, found: false })),
  },
  {
    name: 'stale',
    what: 'a read of the primary misses what a list of it had shown',
    breaks: together(walk('one', 80, ['f1']), read('f1', 86, 88, { role: 'primary', found: false })),
    nearly: together(walk('one', 80, ['f1']), read('f1', 85, 88, { role: 'primary', found: false })),
    explains: ['non-monotonic'],
  },
];

describe('the order of lists', { concurrency: 4 }, () => testPairs(pairs));
