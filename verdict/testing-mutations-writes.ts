import { standing } from './testing-cluster.ts';
import { ack, chosen, everyFinal, LATE, more, oneFinal, promised, type Mutation } from './testing-mutation.ts';
import { add, put, read } from './testing.ts';

type Line = Record<string, unknown>;

/** Ways to spoil what final states hold. */
export const WRITE_MUTATIONS: readonly Mutation[] = [
  {
    what: 'drop an acknowledged row',
    class: 'lost',
    spoil: (world, pick) => {
      // "first" is what other mutations count on; what was answered while degraded nobody promised
      const { elements, course } = world;
      const promising = elements.filter((each, nth) => nth % 3 === 0 && nth > 0 && each.present && promised(each) !== undefined);
      const victim = course.degraded === null ? chosen(promising, pick) : undefined;
      if (victim === undefined) return more(world.sketch, ack(course, 'l'));
      return everyFinal(world.sketch, (rows) => rows.filter(({ id }) => id !== victim.id));
    },
  },
  {
    what: 'lose a write answered with 202',
    class: 'lost-unreplicated',
    spoil: ({ sketch, course }) => ({
      ...more(sketch, ack(course, 'u', 0, { replicated: false })),
      run: { ...sketch.run, bounds: { ...(sketch.run.bounds as Line | undefined), lostUnreplicated: 0 } },
    }),
  },
  {
    what: 'put an older version back',
    class: 'lost-update',
    spoil: ({ sketch, course, keys }, pick) => {
      // what was answered while degraded nobody promised
      const promising = course.degraded === null ? keys.filter((each) => each.acked >= 2 && each.row !== undefined) : [];
      const key = chosen(promising, pick);
      if (key === undefined) {
        const puts = [1, 2].map((version) => put('v', version, LATE + 10 * version, LATE + 10 * version + 5, standing(course, LATE)));
        return everyFinal(more(sketch, ...puts), (rows) => [
          ...rows,
          { id: 'v', version: 1, value: 'v 1', epoch: standing(course, LATE).epoch },
        ]);
      }
      const first = key.history.find((line) => line.op === 'put' && line.outcome === 'ok') as Line;
      return everyFinal(sketch, (rows) =>
        rows.map((row) => (row.id === key.id ? { ...row, version: first.version, value: first.value } : row)),
      );
    },
  },
  {
    what: 'let a read see what is lost unanswered',
    class: 'read-then-lost',
    spoil: ({ sketch, replica }) =>
      more(sketch, add('r', LATE, LATE + 5, { outcome: 'unknown' }), read('r', LATE + 10, LATE + 12, { role: 'replica', copy: replica })),
  },
  {
    what: 'duplicate a row',
    class: 'duplicated',
    spoil: ({ sketch, replica }) => oneFinal(sketch, replica, (rows) => [...rows, rows.find(({ id }) => id === 'first') as Line]),
  },
  {
    what: 'complete a job twice',
    class: 'duplicated',
    spoil: ({ sketch, course }) => everyFinal(more(sketch, ack(course, 'd')), (rows) => [...rows, { id: 'd', completions: 2 }]),
  },
  {
    what: 'add a phantom',
    class: 'phantom',
    spoil: ({ sketch }) => everyFinal(more(sketch, add('p', LATE, LATE + 5, { outcome: 'failed' })), (rows) => [...rows, { id: 'p' }]),
  },
  {
    what: 'add a row that nobody wrote',
    class: 'unexpected',
    spoil: ({ sketch }) => everyFinal(sketch, (rows) => [...rows, { id: 'stranger' }]),
  },
  {
    what: 'leave a job undone',
    class: 'unfinished',
    spoil: ({ sketch, course }) => everyFinal(more(sketch, ack(course, 'n')), (rows) => [...rows, { id: 'n', completions: 0 }]),
  },
  {
    what: 'drop a row from the replica',
    class: 'missing-at-copy',
    spoil: ({ sketch, replica, elements }, pick) => {
      const victim =
        chosen(
          elements.filter((each, nth) => nth % 3 === 2 && each.present),
          pick,
        ) ?? elements.at(-1)!;
      return oneFinal(sketch, replica, (rows) => rows.filter(({ id }) => id !== victim.id));
    },
  },
  {
    what: 'leave a row at the replica alone',
    class: 'extra-at-copy',
    spoil: ({ sketch, replica }) =>
      oneFinal(more(sketch, add('x', LATE, LATE + 5, { outcome: 'unknown' })), replica, (rows) => [...rows, { id: 'x' }]),
  },
];
