import { UsageError } from './errors.ts';

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a text such as "500ms", "20s", "2m"; a number without unit, a negative one or one above `maxMs` is refused. */
export function parseDuration(text: string, options: { what?: string; maxMs?: number } = {}): number {
  const what = options.what ?? 'duration';
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  if (match === null) {
    throw new UsageError(`${what} "${text}": expected a positive number with a unit, such as "500ms", "20s" or "2m"`);
  }
  const ms = Number(match[1]) * (UNITS[match[2] ?? ''] ?? Number.NaN);
  if (ms <= 0) throw new UsageError(`${what} "${text}": expected more than nothing`);
  if (options.maxMs !== undefined && ms > options.maxMs) {
    throw new UsageError(`${what} "${text}" is above the cap of ${options.maxMs / 1000} s: choose a shorter one`);
  }
  return ms;
}

/** The moment that a text says; a UsageError, which calls it `what`, where it says none. */
export function parseTime(text: string, what: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new UsageError(`${what} "${text}": expected a time such as "2026-11-01T12:00:00.5Z"`);
  return time;
}

/** Seconds with one decimal, as people read them. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
