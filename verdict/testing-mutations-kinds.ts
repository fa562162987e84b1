import { standing } from './testing-cluster.ts';
import type { World } from './testing-model.ts';
import { ack, everyFinal, LATE, more, stored, type Mutation } from './testing-mutation.ts';
import { add, get, put, read, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

const absent = { found: false, version: null, value: null };

/** Ways to let one kind of call contradict what another says of the same id. */
export const KIND_MUTATIONS: readonly Mutation[] = [
  {
    what: 'let a get of the primary miss an element that was added',
    class: 'stale',
    spoil: ({ sketch, course }) => {
      const missed = get('added', 0, LATE + 10, LATE + 12, { ...absent, role: 'primary', copy: standing(course, LATE).copy });
      return stored(more(sketch, ack(course, 'added'), missed), 'added');
    },
  },
  {
    what: 'let a read of the primary miss a key that was put',
    class: 'stale',
    spoil: (world) => keyed(world, 'put', ({ copy }) => read('put', LATE + 10, LATE + 12, { role: 'primary', copy, found: false })),
  },
  {
    what: 'let a get see what is lost unanswered',
    class: 'read-then-lost',
    spoil: ({ sketch, replica }) =>
      more(
        sketch,
        add('got', LATE, LATE + 5, { outcome: 'unknown' }),
        get('got', 0, LATE + 10, LATE + 12, { version: null, value: null, role: 'replica', copy: replica }),
      ),
  },
  {
    what: 'let a copy show a key to a get, and then not to a read',
    class: 'non-monotonic',
    spoil: (world) => {
      const copy = world.replica;
      const shown = keyed(world, 'seen', () => get('seen', 1, LATE + 10, LATE + 12, { role: 'replica', copy }));
      return more(shown, read('seen', LATE + 20, LATE + 22, { role: 'replica', copy, found: false }));
    },
  },
  {
    what: 'let a get say that a key is not there, and show its version',
    class: 'vacuous',
    doubts: ['vacuous'],
    spoil: (world) => keyed(world, 'both', () => get('both', 1, LATE - 10, LATE - 8, { role: 'replica', found: false })),
  },
];

/** A record with one more key, and a call that asks for it. */
function keyed({ sketch, course }: World, id: string, call: (where: Line) => Line): Sketch {
  const where = standing(course, LATE);
  const row = { id, version: 1, value: `${id} 1`, epoch: where.epoch };
  return everyFinal(more(sketch, put(id, 1, LATE, LATE + 5, where), call(where)), (rows) => [...rows, row]);
}
