import { standing } from './testing-cluster.ts';
import type { World } from './testing-model.ts';
import { chosen, everyFinal, LATE, more, type Mutation } from './testing-mutation.ts';
import { put, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** Ways to spoil what final states hold of keys. */
export const KEY_MUTATIONS: readonly Mutation[] = [
  {
    what: 'leave a version of a key that nobody sent',
    class: 'lost-update',
    spoil: (world, pick) => {
      const victim = chosen(
        world.keys.filter((key) => key.acked > 0 && key.row !== undefined),
        pick,
      );
      if (victim === undefined) return written(world, 'v9', [{}], { version: 9 });
      return everyFinal(world.sketch, (rows) =>
        rows.map((row) => (row.id === victim.id ? { ...row, version: Number(row.version) + 100 } : row)),
      );
    },
  },
  {
    what: 'acknowledge a put with a lower version than one before it',
    class: 'lost-update',
    spoil: (world) =>
      written(
        world,
        'down',
        [
          { version: 2, value: 'down 2' },
          { version: 1, value: 'down 1' },
        ],
        { version: 2, value: 'down 2' },
      ),
  },
  {
    what: 'leave a put of a key that certainly failed',
    class: 'phantom',
    spoil: (world) => written(world, 'f1', [{ outcome: 'failed' }], { version: 1, value: 'f1 1' }),
  },
  {
    what: 'leave a value of an unanswered key that nobody sent',
    class: 'unexpected',
    spoil: (world) => written(world, 'u1', [{ outcome: 'unknown' }], { version: 1, value: 'of nobody' }),
  },
];

/** A record with puts of one more key, one after the other, and its row. */
function written({ sketch, course }: World, id: string, puts: Line[], row: Line): Sketch {
  const where = standing(course, LATE);
  const lines = puts.map((change, nth) => put(id, 1, LATE + 10 * nth, LATE + 10 * nth + 5, { ...where, ...change }));
  return everyFinal(more(sketch, ...lines), (rows) => [...rows, { id, version: 1, value: `${id} 1`, epoch: where.epoch, ...row }]);
}
