/**
 * Parts of run.json whose nulls stay. Two say something: a copy that never caught up, a copy whose role is not known. A bound or floor that is null
 * is refused: JSON has no NaN, and what was computed wrongly must not switch a promise off.
 */
const KEPT = new Set(['catchUpMs', 'copies', 'bounds', 'floors']);

/** A line without its nulls: a field that is null is not known, as one that is missing; only the fault of an exit may be null. */
export function withoutNulls(line: unknown): unknown {
  if (!isObject(line)) return line;
  return Object.fromEntries(Object.entries(line).filter(([key, value]) => value !== null || (key === 'fault' && 'exit' in line)));
}

/** What run.json says without its nulls, at any depth, but for those that are kept. */
export function withoutNullsInside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullsInside);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, KEPT.has(key) ? inner : withoutNullsInside(inner)]])),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
