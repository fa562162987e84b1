import { position, standing } from './testing-cluster.ts';
import type { Element } from './testing-elements.ts';
import type { World } from './testing-model.ts';
import { ack, chosen, isCall, LATE, listed, more, promised, stored, type Mutation } from './testing-mutation.ts';
import { add, read } from './testing.ts';

type Line = Record<string, unknown>;

/** Ways to spoil what reads and lists showed. */
export const READ_MUTATIONS: readonly Mutation[] = [
  {
    what: 'make a read of the primary stale',
    class: 'stale',
    spoil: ({ sketch, course, elements }, pick) => {
      const late = (each: Element, line: Line): boolean =>
        line.op === 'read' &&
        line.role === 'primary' &&
        line.found === true &&
        Number(line.start) > Number(promised(each)?.end ?? Infinity);
      const victims = elements
        .filter((each, nth) => nth % 3 === 1 && each.present)
        .flatMap((each) => each.history.filter((line) => late(each, line)));
      const victim = chosen(victims, pick);
      if (victim !== undefined)
        return { ...sketch, history: sketch.history.map((line) => (isCall(line, victim) ? { ...line, found: false } : line)) };
      return stored(
        more(
          sketch,
          ack(course, 's'),
          read('s', LATE + 10, LATE + 12, { role: 'primary', found: false, copy: standing(course, LATE).copy }),
        ),
        's',
      );
    },
  },
  {
    what: 'swap the results of two reads of one copy',
    class: 'non-monotonic',
    spoil: (world, pick) => {
      const { sketch, course, replica } = world;
      const pair = chosen(swappable(world), pick);
      if (pair !== undefined) {
        const [first, second] = pair;
        return {
          ...sketch,
          history: sketch.history.map((line) =>
            isCall(line, first) ? { ...line, found: true } : isCall(line, second) ? { ...line, found: false } : line,
          ),
        };
      }
      const asked = { role: 'replica', copy: replica };
      return stored(
        more(sketch, ack(course, 'm'), read('m', LATE + 10, LATE + 12, asked), read('m', LATE + 20, LATE + 22, { ...asked, found: false })),
        'm',
      );
    },
  },
  {
    what: 'let one client lose sight of what its token demands',
    class: 'non-monotonic-session',
    spoil: ({ sketch, course, truth, replica }) => {
      const { system, timeline, epoch, ...rest } = standing(course, LATE);
      const lsn = position(LATE);
      const token = `${String(system)}:${String(timeline)}:${String(epoch)}:${lsn}`;
      const open = add('t', LATE, LATE + 60, { system, timeline, epoch, ...rest, lsn });
      const seen = read('t', LATE + 10, LATE + 12, { client: 77, role: 'replica', copy: replica });
      return stored(
        more(sketch, open, seen, read('t', LATE + 20, LATE + 22, { client: 77, role: 'replica', copy: truth, found: false, token })),
        't',
      );
    },
  },
  {
    what: 'take an element out of a walk',
    class: 'skipped',
    spoil: (world, pick) => {
      const { sketch, course } = world;
      const hit = chosen(skippable(world), pick);
      if (hit !== undefined) {
        const without = (line: Line): Line => ({ ...line, items: (line.items as string[]).filter((id) => id !== hit.id) });
        return {
          ...sketch,
          history: sketch.history.map((line) =>
            line.op === 'list' && line.id === hit.walk && Array.isArray(line.items) ? without(line) : line,
          ),
        };
      }
      const items = [...listed(world), 'later'];
      const page = {
        op: 'list',
        id: 'late walk',
        client: 40,
        start: LATE + 20,
        end: LATE + 22,
        outcome: 'ok',
        role: 'primary',
        next: 'z',
        limit: 1000,
        items,
      };
      return stored(more(sketch, ack(course, 'earlier'), ack(course, 'later', 10), page), 'earlier', 'later');
    },
  },
];

/** Reads of one copy, of which the first missed an element and a later one saw it, with no restart between. */
function swappable({ elements, course }: World): [Line, Line][] {
  const calm = ({ copy, start, end, role, outcome, token }: Line): boolean =>
    role === 'replica' &&
    outcome === 'ok' &&
    token === undefined &&
    (course.failover === null || Number(end) < course.failover - 20 || (copy === 'db1' && Number(start) > course.failover + 90));
  return elements
    .filter((each, nth) => nth % 3 === 1 && each.present)
    .flatMap((each) => {
      const sent = Math.min(...each.history.flatMap((line) => (line.op === 'add' ? [Number(line.start)] : [])));
      // what was seen before it was sent is no read that goes back
      const reads = each.history.filter((line) => line.op === 'read' && calm(line) && Number(line.end) >= sent);
      return reads.flatMap((first) =>
        reads
          .filter(
            (second) =>
              first.found === false && second.found === true && first.copy === second.copy && Number(first.end) < Number(second.start),
          )
          .map((second): [Line, Line] => [first, second]),
      );
    });
}

/** Elements that a walk of the primary showed, and after which it showed one begun when they were known; none that another mutation drops as lost, which proves no skip and is none. */
function skippable({ elements: all, sketch }: World): { walk: string; id: string }[] {
  const elements = all.filter((_each, nth) => nth % 3 !== 0);
  const pages = sketch.history.filter((line) => line.op === 'list' && line.role === 'primary' && Array.isArray(line.items));
  return [...Map.groupBy(pages, (line) => String(line.id))].flatMap(([walk, list]) => {
    const shown = new Set(list.flatMap((line) => line.items as string[]));
    const newest = Math.max(
      ...elements
        .filter(({ id }) => shown.has(id))
        .map(({ history }) => Math.min(...history.filter((line) => line.op === 'add').map((line) => Number(line.start)))),
    );
    return elements
      .filter((each) => each.present && shown.has(each.id) && Number(promised(each)?.end ?? Infinity) < newest)
      .map(({ id }) => ({ walk, id }));
  });
}
