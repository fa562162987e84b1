import { describe } from 'node:test';
import { more, testPairs, type Pair } from './testing-pairs.ts';
import { read, tiny, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** Looks at db2 every 100 ms from -400 ms on, up and following unless it is said otherwise for that place. */
function looks(change: (nth: number) => Line = () => ({})): Line[] {
  return Array.from({ length: 10 }, (_, nth) => ({
    at: nth * 100_000 - 400_000,
    copy: 'db2',
    up: true,
    writable: false,
    startedAt: 'A',
    ...change(nth),
  }));
}

const answered = (change: Line = {}): Line => read('e1', 60_000, 70_000, { role: 'primary', copy: 'db2', ...change });

function of(line: Line, observations: Line[] = looks()): Sketch {
  return tiny({ history: more(line), observations });
}

const pairs: Pair[] = [
  { name: 'not-primary', what: 'a read', breaks: of(answered()), nearly: of(answered({ role: 'replica' })) },
  {
    name: 'not-primary',
    what: 'a list',
    breaks: of({ ...answered(), op: 'list', found: undefined, items: ['e1'], after: 'm', next: 'n', limit: 5 }),
    nearly: of({ ...answered(), op: 'list', found: undefined, items: ['e1'], after: 'm', next: 'n', limit: 5, copy: 'db1' }),
  },
  {
    // it may have been the primary between two looks, or within the inaccuracy of one
    name: 'not-primary',
    what: 'looks before and after the call that all say so',
    breaks: of(
      answered(),
      looks((nth) => (nth < 2 ? { writable: true } : {})),
    ),
    nearly: of(
      answered(),
      looks((nth) => (nth === 4 ? { writable: true } : {})),
    ),
  },
  {
    name: 'not-primary',
    what: 'looks without a gap of a second',
    breaks: of(
      answered(),
      looks((nth) => (nth < 4 ? { at: nth * 100_000 - 900_000 } : {})),
    ),
    nearly: of(
      answered(),
      looks((nth) => (nth < 6 ? { at: nth * 100_000 - 1_900_000 } : {})),
    ),
  },
  {
    name: 'not-primary',
    what: 'a copy that is known to follow',
    breaks: of(answered()),
    nearly: of(
      answered(),
      looks(() => ({ writable: undefined })),
    ),
  },
  { name: 'not-primary', what: 'an answer', breaks: of(answered()), nearly: of(answered({ outcome: 'unknown', found: undefined })) },
];

describe('an answer of the primary that a standby gave', { concurrency: 4 }, () => testPairs(pairs));
