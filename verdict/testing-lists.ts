import fc from 'fast-check';
import { END, primaryAt, replayedAt, replicaAt, shows, type Course, type Transaction } from './testing-cluster.ts';

type Line = Record<string, unknown>;
type Listed = { id: string; written: Transaction | undefined };

/** A walk: the pauses and lengths of its pages, and whom it asks. */
export const walk = fc.record({
  start: fc.integer({ min: 0, max: 150 }),
  replica: fc.boolean(),
  limit: fc.integer({ min: 1, max: 30 }),
  pages: fc.array(
    fc.record({
      pause: fc.integer({ min: 1, max: 40 }),
      length: fc.integer({ min: 0, max: 10 }),
      look: fc.double({ min: 0, max: 1, noNaN: true }),
      // what reached the end may give no position to go on from: the walk begins anew
      closes: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  ),
});
export type Walk = typeof walk extends fc.Arbitrary<infer T> ? T : never;

/** Lives one walk through: each page shows, from its position on, what stands before every transaction that is still open. */
export function liveWalk(
  course: Course,
  { start, replica, limit, pages }: Walk,
  elements: readonly Listed[],
  open: readonly Transaction[],
  index: number,
): Line[] {
  const lines: Line[] = [];
  let after: string | undefined;
  let from = start;
  for (const { pause, length, look, closes } of pages) {
    if (from + length >= END) break;
    const moment = from + Math.floor(length * look);
    const copy = replica ? replicaAt(course, moment) : primaryAt(course, moment);
    const call = {
      op: 'list',
      id: `walk${index}`,
      client: 20 + index,
      start: from,
      end: from + length,
      role: replica ? 'replica' : 'primary',
      ...(after === undefined ? {} : { after }),
    };
    from += length + pause;
    if (copy === null) {
      lines.push({ ...call, outcome: 'unknown' });
      continue;
    }
    const shown = pageOf(course, { copy, moment, after, limit }, elements, open);
    const next = closes && shown.length < limit ? undefined : (shown.at(-1)?.position ?? after ?? '000000:000');
    lines.push({ ...call, copy, outcome: 'ok', ...(next === undefined ? {} : { next }), limit, items: shown.map(({ id }) => id) });
    after = next;
  }
  return lines;
}

type Asked = { copy: 'db1' | 'db2'; moment: number; after: string | undefined; limit: number };

function pageOf(course: Course, { copy, moment, after, limit }: Asked, elements: readonly Listed[], open: readonly Transaction[]) {
  const replayed = replayedAt(course, copy, moment);
  const horizon = Math.min(
    ...open.filter(({ begin, commit, over }) => begin <= replayed && replayed < Math.min(commit, over)).map(({ begin }) => begin),
    Infinity,
  );
  return elements
    .flatMap(({ id, written }, index) => {
      const hidden = written === undefined || written.begin >= horizon || !shows(course, copy, moment, written);
      return hidden ? [] : [{ id, position: `${String(written.begin).padStart(6, '0')}:${String(index).padStart(3, '0')}` }];
    })
    .filter(({ position }) => position > (after ?? ''))
    .sort((a, b) => (a.position < b.position ? -1 : 1))
    .slice(0, limit);
}
