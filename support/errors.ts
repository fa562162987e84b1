/** Exit codes of the command; the README documents them. */
export const EXIT = { pass: 0, broken: 1, inconclusive: 2, unhealed: 3, usage: 64, machine: 69, internal: 70 } as const;

/** An error a user can act on: what was expected, what came, what to do. */
export class HoldfastError extends Error {
  readonly exitCode: number;

  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.exitCode = options.exitCode ?? EXIT.inconclusive;
  }
}

/** Wrong usage or configuration (exit 64). */
export class UsageError extends HoldfastError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { ...options, exitCode: EXIT.usage });
  }
}

/** This machine lacks something; the message says what and how to get it (exit 69). */
export class MachineError extends HoldfastError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { ...options, exitCode: EXIT.machine });
  }
}

/** A wait ended at its deadline. */
export class DeadlineError extends HoldfastError {}

/** The message of anything thrown, with its causes, on one line. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : error.message;
  return error.cause === undefined ? own : `${own} (${messageOf(error.cause)})`;
}
