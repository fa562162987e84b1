import { UsageError } from '../../support/errors.ts';

/** Refuses a runbook that has problems, all of them told at once; nothing where there is none. */
export function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new UsageError(`${problems.join('; ')}. Nothing was changed`);
}
