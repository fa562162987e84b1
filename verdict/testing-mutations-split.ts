import { ack, LATE, more, stored, type Mutation } from './testing-mutation.ts';
import type { World } from './testing-model.ts';
import { add } from './testing.ts';

type Line = Record<string, unknown>;

/** Ways to let two writers answer at once, or to leave open whether they did. */
export const SPLIT_MUTATIONS: readonly Mutation[] = [
  {
    what: 'let the other copy acknowledge a write as well',
    class: 'split-brain',
    spoil: ({ sketch, course, replica }) => {
      const rival = ack(course, 'b', 10, { copy: replica, ...(course.failover === null ? {} : { timeline: 1, epoch: 1 }) });
      return stored(more(sketch, ack(course, 'a'), rival, ack(course, 'c', 20)), 'a', 'b', 'c');
    },
  },
  {
    what: 'go back to an older timeline, and name no system',
    class: 'split-brain',
    spoil: ({ sketch, course }) => {
      const on = (timeline: number): Line => ({ timeline, system: undefined });
      return stored(more(sketch, ack(course, 'newer', 0, on(8)), ack(course, 'older', 10, on(7))), 'newer', 'older');
    },
  },
  {
    what: 'go back to an older timeline of one system under a newer epoch',
    class: 'split-brain',
    spoil: ({ sketch, course }) => {
      const on = (timeline: number, epoch: number): Line => ({ timeline, epoch });
      return stored(more(sketch, ack(course, 'former', 0, on(8, 8)), ack(course, 'latter', 10, on(7, 9))), 'former', 'latter');
    },
  },
  {
    what: 'let a deposed copy answer a write with 202',
    class: 'split-brain',
    spoil: ({ sketch, course, replica }) => {
      const deposed = { copy: replica, timeline: 5, epoch: 5, replicated: false, status: 202 };
      return stored(
        more(sketch, ack(course, 'taken over', 0, { timeline: 6, epoch: 6 }), ack(course, 'deposed', 10, deposed)),
        'taken over',
        'deposed',
      );
    },
  },
  inTurn('let copies that name no terms answer in turn', ({ truth, replica }) => [{ copy: truth }, { copy: replica }]),
  inTurn('let two systems that name no epochs answer in turn', ({ truth, replica }) => [
    { copy: truth, system: 'other', timeline: 1 },
    { copy: replica, system: 'another', timeline: 1 },
  ]),
  {
    what: 'go on on an older timeline, and name neither system nor epoch',
    class: 'vacuous',
    doubts: ['vacuous'],
    spoil: ({ sketch, truth }) => {
      const on = (id: string, after: number, timeline: number): Line => add(id, LATE + after, LATE + after + 5, { copy: truth, timeline });
      return stored(more(sketch, on('newer', 0, 8), on('older', 10, 7)), 'newer', 'older');
    },
  },
];

/** Seven writes after all that the model does, of two writers in turn; every copy has them. */
function inTurn(what: string, writers: (world: World) => [Line, Line]): Mutation {
  return {
    what,
    class: 'vacuous',
    doubts: ['vacuous'],
    spoil: (world) => {
      const [one, other] = writers(world);
      const writes = Array.from({ length: 7 }, (_, nth) =>
        add(`turn ${nth}`, LATE + 10 * nth, LATE + 10 * nth + 5, nth % 2 === 0 ? one : other),
      );
      return stored(more(world.sketch, ...writes), ...writes.map(({ id }) => String(id)));
    },
  };
}
