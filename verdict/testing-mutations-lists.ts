import { ack, chosen, LATE, longer, more, stored, type Mutation } from './testing-mutation.ts';
import type { World } from './testing-model.ts';
import type { Sketch } from './testing.ts';

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

/** A page of a replica, which nobody promised to be complete. */
function late(items: string[], change: Line = {}): Line {
  const id = `late ${items.join(' ')}`;
  return { op: 'list', id, client: 43, start: LATE, end: LATE + 2, outcome: 'ok', role: 'replica', next: 'z', limit: 9, items, ...change };
}
