import { standing } from './testing-cluster.ts';
import { ack, chosen, LATE, listed, longer, more, stored, type Mutation } from './testing-mutation.ts';
import type { World } from './testing-model.ts';
import { read, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;

/** Ways to spoil lists, in an order in which none undoes another. "first" is what another mutation duplicates. */
export const LIST_MUTATIONS: readonly Mutation[] = [
  {
    what: 'let a walk show an element twice',
    class: 'broken-list',
    spoil: ({ sketch }, pick) =>
      onePage(sketch, pick, {
        fits: (items) => items.some((id) => id !== 'first'),
        spoilt: (line, items) => longer(line, items.find((id) => id !== 'first') ?? ''),
        otherwise: late(['last', 'last']),
      }),
  },
  {
    what: 'let a walk show an element behind a later one',
    class: 'broken-list',
    spoil: ({ sketch, course }: World) =>
      stored(
        more(
          sketch,
          ack(course, 'sooner'),
          ack(course, 'afterwards', 10),
          late(['afterwards', 'sooner'], { start: LATE + 20, end: LATE + 22 }),
        ),
        'sooner',
        'afterwards',
      ),
  },
  {
    what: 'let a page go on from where it was asked',
    class: 'broken-list',
    spoil: ({ sketch }) => more(sketch, late(['last'], { after: 'y', next: 'y' })),
  },
  {
    what: 'let a page hold more than its limit',
    class: 'broken-list',
    spoil: ({ sketch }, pick) =>
      onePage(sketch, pick, {
        fits: (items) => items.length > 1,
        spoilt: (line) => ({ ...line, limit: 1 }),
        otherwise: late(['first', 'last'], { limit: 1 }),
      }),
  },
  {
    what: 'let two walks show two elements in opposite order',
    class: 'broken-list',
    spoil: ({ sketch, course }) => {
      const both = more(sketch, ack(course, 'left'), ack(course, 'right'), late(['left', 'right']), late(['right', 'left']));
      return stored(both, 'left', 'right');
    },
  },
  {
    what: 'let a replica show an element, and not one that was known before it was sent',
    class: 'skipped',
    spoil: (world) => {
      const { course, replica } = world;
      const walk = late([...listed(world), 'child'], {
        id: 'orphans',
        start: LATE + 20,
        end: LATE + 22,
        after: undefined,
        limit: 1000,
        copy: replica,
      });
      return stored(more(world.sketch, ack(course, 'parent'), ack(course, 'child', 10), walk), 'parent', 'child');
    },
  },
  {
    what: 'let the last page of a walk leave out what a list had shown',
    class: 'skipped',
    spoil: ({ sketch, course }) => {
      const asked = { role: 'primary', copy: standing(course, LATE).copy };
      const last = late(['first'], {
        id: 'all there is',
        start: LATE + 10,
        end: LATE + 12,
        after: undefined,
        next: undefined,
        limit: 1,
        ...asked,
      });
      return stored(more(sketch, ack(course, 'left out'), late(['left out'], asked), last), 'left out');
    },
  },
  {
    what: 'let a list of a copy lack what an earlier one had shown',
    class: 'non-monotonic',
    spoil: ({ sketch, course, replica }) => {
      const empty = late([], { id: 'nothing any more', start: LATE + 10, end: LATE + 12, after: undefined, copy: replica });
      return stored(more(sketch, ack(course, 'listed'), late(['listed'], { copy: replica }), empty), 'listed');
    },
  },
  {
    what: 'let a read miss what a list of its copy had shown',
    class: 'non-monotonic',
    spoil: ({ sketch, course, replica }) => {
      const missed = read('on the list', LATE + 10, LATE + 12, { role: 'replica', copy: replica, found: false });
      return stored(more(sketch, ack(course, 'on the list'), late(['on the list'], { copy: replica }), missed), 'on the list');
    },
  },
];

type Spoil = { fits: (items: string[]) => boolean; spoilt: (line: Line, items: string[]) => Line; otherwise: Line };

/** A record with one page spoilt that fits; with a further page where none does. */
function onePage(sketch: Sketch, pick: number, { fits, spoilt, otherwise }: Spoil): Sketch {
  const itemsOf = (line: Line): string[] => (line.items ?? []) as string[];
  const victim = chosen(
    sketch.history.filter((line) => line.op === 'list' && line.outcome === 'ok' && fits(itemsOf(line))),
    pick,
  );
  if (victim === undefined) return more(sketch, otherwise);
  return { ...sketch, history: sketch.history.map((line) => (line === victim ? spoilt(line, itemsOf(line)) : line)) };
}

/** A page of a replica, from somewhere in the list. */
function late(items: string[], change: Line = {}): Line {
  const id = `late ${items.join(' ')}`;
  return {
    op: 'list',
    id,
    client: 43,
    start: LATE,
    end: LATE + 2,
    outcome: 'ok',
    role: 'replica',
    after: 'x',
    next: 'z',
    limit: 9,
    items,
    ...change,
  };
}
