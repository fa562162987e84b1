import { parseDuration } from '../support/durations.ts';
import { UsageError } from '../support/errors.ts';
import { faultNamed } from './catalogue.ts';

/** Longest lease of a fault with a length. */
export const LEASE_CAP_MS = 600_000;
/** After this time the healer begins to look for the end of a fault that has no length. */
const MOMENTARY_MS = 1_000;

/** The lease of a fault of that name, in ms, from what was said of its length; a UsageError where it needs one, or can have none. */
export function leaseOf(fault: string, length: string | undefined): number {
  if (faultNamed(fault).kind === 'momentary') {
    if (length !== undefined) throw new UsageError(`${fault} is over at once: expected no "for", came "${length}"`);
    return MOMENTARY_MS;
  }
  if (length === undefined) throw new UsageError(`${fault} lasts: expected "for" with a length such as "20s", came none`);
  return parseDuration(length, { what: 'for', maxMs: LEASE_CAP_MS });
}
