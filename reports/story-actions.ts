import type { Action } from './actions.ts';
import type { Event } from './event.ts';
import { duration } from './numbers.ts';
import { counted, listed } from './text.ts';

type Timed = Event & { at: number };

/** What operators and administrators did, by their runbooks and by hand. */
export function actionEvents(actions: readonly Action[]): Timed[] {
  return actions.flatMap(({ runbook, site, begin, end, steps }): Timed[] => {
    if (runbook === 'statement')
      return [
        { at: end, tone: 'fact', text: `a statement was carried out at ${steps[0]?.copy ?? `site ${site}`}.`, aside: steps[0]?.step },
      ];
    if (runbook === 'backup')
      return [
        { at: begin, tone: 'fact', text: `a ${site} backup of the database begins.` },
        { at: end, tone: 'fact', text: `a ${site} backup is in the repository, after ${duration((end - begin) / 1000)}.` },
      ];
    const slow = steps.filter(({ tookMs }) => tookMs >= NAMED_MS).map(({ step, tookMs }) => `${step} ${duration(tookMs)}`);
    return [
      { at: begin, tone: 'fact', text: `runbook "${runbook} ${site}" begins.` },
      {
        at: end,
        tone: 'fact',
        text: `runbook "${runbook} ${site}" has done its ${counted(steps.length, 'step')}, after ${duration((end - begin) / 1000)}${slow.length === 0 ? '' : `, of which ${listed(slow)}`}.`,
      },
    ];
  });
}

/** Steps that take less are told together; ms. */
const NAMED_MS = 100;
