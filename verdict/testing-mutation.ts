import { END, standing } from './testing-cluster.ts';
import type { Element } from './testing-elements.ts';
import type { World } from './testing-model.ts';
import { add, type Sketch } from './testing.ts';

type Line = Record<string, unknown>;
/** One way to spoil a legal record. `class` is what it must be named, and nothing else: as a broken promise, a doubt or a mere report. */
export type Mutation = { what: string; class: string; doubts?: string[]; reports?: boolean; spoil: (world: World, pick: number) => Sketch };

/** After everything that the model does: here mutations add elements of their own. */
export const LATE = END + 10;

/** One of a list; undefined of an empty one. */
export function chosen<T>(list: readonly T[], pick: number): T | undefined {
  return list[pick % Math.max(1, list.length)];
}

/** The first answer that promised replication whatever the samples say. */
export function promised({ history, accepted }: Element): Line | undefined {
  return accepted ? undefined : history.find((line) => line.op === 'add' && line.outcome === 'ok' && line.replicated !== false);
}

/** Whether a line is a given call, however else it was spoilt. */
export function isCall(line: Line, call: Line): boolean {
  return ['op', 'id', 'client', 'start', 'end', 'role'].every((field) => line[field] === call[field]);
}

/** A page with one more item; it stays as full as it was. */
export function longer(page: Line, id: string): Line {
  const items = [...(page.items as string[]), id];
  return { ...page, items, limit: Math.max(Number(page.limit), items.length) };
}

/** What stands in the truth in the end, in the order of the list. */
export function listed({ elements }: World): string[] {
  const begun = (each: Element): number => each.written?.begin ?? 0;
  return elements
    .filter((each) => each.present)
    .sort((one, other) => begun(one) - begun(other))
    .map(({ id }) => id);
}

/** An add acknowledged by the primary, late. */
export function ack(course: World['course'], id: string, after = 0, change: Line = {}): Line {
  return add(id, LATE + after, LATE + after + 5, { ...standing(course, LATE + after), ...change });
}

/** A record with more operations. */
export function more(sketch: Sketch, ...lines: Line[]): Sketch {
  return { ...sketch, history: [...sketch.history, ...lines] };
}

/** A record in whose final states more ids stand. */
export function stored(sketch: Sketch, ...ids: string[]): Sketch {
  return everyFinal(sketch, (rows) => [...rows, ...ids.map((id) => ({ id }))]);
}

/** A record with every final state changed. */
export function everyFinal(sketch: Sketch, change: (rows: Line[]) => Line[]): Sketch {
  return Object.keys(sketch.final).reduce((changed, copy) => oneFinal(changed, copy, change), sketch);
}

/** A record with the final state of one copy changed. */
export function oneFinal(sketch: Sketch, copy: string, change: (rows: Line[]) => Line[]): Sketch {
  return { ...sketch, final: { ...sketch.final, [copy]: change((sketch.final[copy] ?? []) as Line[]) } };
}
