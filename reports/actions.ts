import { RunbookLine } from '../record/format.ts';

/** What somebody did during a run: a runbook with its steps, or a statement; µs since zero. */
export type Action = { runbook: RunbookLine['runbook']; site: string; begin: number; end: number; steps: RunbookLine[] };

/** Puts the steps of runbooks together. */
export class Actions {
  readonly #lines: RunbookLine[] = [];

  /** Takes one line; false when it is not one of a runbook. */
  add(value: unknown): boolean {
    const line = RunbookLine.safeParse(value).data;
    return line !== undefined && this.#lines.push(line) > 0;
  }

  /** All of them, first to come first. */
  finish(): Action[] {
    const actions: Action[] = [];
    for (const line of this.#lines.sort((one, other) => one.at - other.at)) {
      const last = actions.at(-1);
      const goesOn = line.runbook !== 'statement' && last?.runbook === line.runbook && last.site === line.site;
      if (goesOn && !last.steps.some(({ step }) => step === line.step)) {
        last.steps.push(line);
        last.end = line.at;
      } else {
        actions.push({ runbook: line.runbook, site: line.site, begin: line.at - line.tookMs * 1000, end: line.at, steps: [line] });
      }
    }
    return actions;
  }
}
