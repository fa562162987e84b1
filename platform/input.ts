import { Answer } from './answer.ts';
import type { Role } from './read.ts';

/** Named values as a client sent them. */
export type Input = Record<string, unknown>;

/** The request's body or query as named values, or a 400. */
export function inputOf(value: unknown): Input {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input;
  throw invalid('a JSON object', value);
}

/** A text of bounded length without control characters, or a 400. */
export function textOf(input: Input, name: string, longest = 200): string {
  const value = input[name];
  // NUL would end the statement early; other control characters have no business in an id.
  if (typeof value === 'string' && value.length > 0 && value.length <= longest && !/\p{Cc}/u.test(value)) return value;
  throw invalid(`"${name}" to be a text of 1 to ${longest} characters without control characters`, value);
}

/** Up to so many ids, with commas between, or a 400. */
export function idsOf(input: Input, name: string, most: number): string[] {
  const ids = textOf(input, name, 200 * most).split(',');
  if (ids.length > most) throw invalid(`"${name}" to be ${most} ids at most`, ids.length);
  return ids;
}

/** A text that may be left out, or a 400 when it is sent twice. */
export function optionalTextOf(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(`"${name}" at most once`, value);
}

/** A value to store: any text without NUL up to 10,000 characters, null when absent, or a 400. */
export function valueOf(input: Input): string | null {
  const { value } = input;
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && value.length <= 10_000 && !value.includes('\0')) return value;
  throw invalid('"value" to be a text of at most 10000 characters without NUL', value);
}

/** A whole number, or a 400. */
export function wholeOf(
  input: Input,
  name: string,
  { least, most, otherwise }: { least: number; most: number; otherwise?: number },
): number {
  const value = input[name] ?? otherwise;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) return number;
  throw invalid(`"${name}" to be a whole number from ${least} to ${most}`, value);
}

/** The copy that a read asks for; the primary when it does not say. */
export function roleOf(input: Input): Role {
  const role = input.role ?? 'primary';
  if (role === 'primary' || role === 'replica') return role;
  throw invalid('"role" to be "primary" or "replica"', role);
}

function invalid(expected: string, came: unknown): Answer {
  return new Answer(400, 'validation', `Expected ${expected}, came ${JSON.stringify(came)?.slice(0, 100)}: correct the request.`);
}
