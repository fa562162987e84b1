import { describe } from 'node:test';
import { everywhere, more, testPairs, type Pair } from './testing-pairs.ts';
import { add, read, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

const added = add('w', 100, 110, { xid: '7' });
const shown = (xid: string, change: Line = {}): Line => read('w', 120, 130, { xid, ...change });

function of(...lines: Line[]): Sketch {
  return tiny({ history: more(...lines), final: everywhere('w') });
}

const pairs: Pair[] = [
  {
    name: 'wrong-row',
    what: 'of the primary',
    breaks: of(added, shown('8', { role: 'primary', copy: 'db1' })),
    nearly: of(added, shown('7', { role: 'primary', copy: 'db1' })),
  },
  {
    name: 'wrong-row',
    what: 'of a replica, of two reads one',
    breaks: of(added, shown('7'), shown('70', { role: 'replica', copy: 'db2' })),
    // a row without its transaction says nothing of it
    nearly: of(added, shown('7'), { ...shown('', { role: 'replica', copy: 'db2' }), xid: undefined }),
  },
  {
    // a repeat answers with its own transaction, and the row stays that of the first
    name: 'wrong-row',
    what: 'of what was sent once',
    breaks: of({ ...added, attempt: 1 }, shown('8')),
    nearly: of({ ...added, outcome: 'unknown', attempt: 1, xid: undefined }, add('w', 112, 118, { xid: '7', attempt: 2 }), shown('6')),
  },
  {
    name: 'wrong-row',
    what: 'of what was acknowledged, with 202 too',
    breaks: of({ ...added, replicated: false }, shown('8')),
    nearly: of({ ...added, outcome: 'unknown' }, shown('8')),
  },
];

describe('a read that shows another row than it asked for', { concurrency: 4 }, () => testPairs(pairs));
