import { END, standing } from './testing-cluster.ts';
import { ack, chosen, isCall, LATE, longer, more, stored, type Mutation } from './testing-mutation.ts';
import { add, read } from './testing.ts';

type Line = Record<string, unknown>;

/** Longer than what clocks may differ by; µs. */
const AGES = 20_000;

/** Ways to let reads show what nobody wrote. */
export const UNWRITTEN_MUTATIONS: readonly Mutation[] = [
  {
    what: 'let a read find what nobody sent',
    class: 'never-written',
    spoil: ({ sketch }) => more(sketch, read('nobody', LATE, LATE + 2, { role: 'replica' })),
  },
  {
    what: 'let a read find what certainly failed',
    class: 'never-written',
    spoil: ({ sketch }) => more(sketch, add('f', LATE, LATE + 2, { outcome: 'failed' }), read('f', LATE + 10, LATE + 12)),
  },
  {
    what: 'let a read find an element before it was sent',
    class: 'never-written',
    spoil: ({ sketch, course }) => stored(more(sketch, read('w', END, LATE), ack(course, 'w', AGES)), 'w'),
  },
  {
    what: 'let a list show what nobody sent',
    class: 'never-written',
    spoil: ({ sketch }, pick) => {
      // an empty page does not go on
      const pages = sketch.history.filter((line) => line.op === 'list' && line.outcome === 'ok' && (line.items as string[]).length > 0);
      const victim = chosen(pages, pick);
      const page = {
        op: 'list',
        id: 'odd walk',
        client: 41,
        start: LATE,
        end: LATE + 2,
        outcome: 'ok',
        next: 'y',
        limit: 3,
        items: ['nothing'],
      };
      return victim === undefined
        ? more(sketch, page)
        : { ...sketch, history: sketch.history.map((line) => (line === victim ? longer(line, 'nothing') : line)) };
    },
  },
  {
    what: 'let a read find the row of another write',
    class: 'wrong-row',
    spoil: ({ sketch, course }) =>
      stored(
        more(sketch, ack(course, 'row', 0, { xid: '7' }), read('row', LATE + 10, LATE + 12, { ...standing(course, LATE + 10), xid: '8' })),
        'row',
      ),
  },
  {
    what: 'let a standby answer what was asked of the primary',
    class: 'not-primary',
    spoil: ({ sketch, replica }) => {
      const startedAt = replica === 'db1' ? 'B' : 'A';
      const looks = [4, 5, 6, 7].map((nth) => ({ at: nth * 100_000, copy: replica, up: true, writable: false, startedAt }));
      const asked = read('first', 550_000, 550_002, { due: LATE, role: 'primary', copy: replica });
      return { ...more(sketch, asked), observations: [...sketch.observations, ...looks] };
    },
  },
  {
    what: 'let a get show a value that nobody wrote',
    class: 'never-written',
    spoil: ({ sketch, course, keys }, pick) => {
      const gets = keys.flatMap((key) => key.history.filter((line) => line.op === 'get' && line.found === true));
      const victim = chosen(gets, pick);
      const odd = (line: Line): Line => ({ ...line, value: 'of nobody' });
      if (victim !== undefined) return { ...sketch, history: sketch.history.map((line) => (isCall(line, victim) ? odd(line) : line)) };
      const where = standing(course, LATE);
      return more(
        sketch,
        odd({ op: 'get', id: 'nobody', client: 42, start: LATE, end: LATE + 2, outcome: 'ok', found: true, version: 1, ...where }),
      );
    },
  },
];
