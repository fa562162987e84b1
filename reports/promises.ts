import { availabilityRows } from './promises-service.ts';
import { everyRunRows, lossRows, stalenessRows, type Row } from './promises-data.ts';
import { lossIsKnown } from './measured.ts';
import type { RunData } from './run-data.ts';

/** One promise beside what was measured. `kept` undefined: not promised, or not known. */
export type Promised = { what: string; promised: string; measured: string; kept: boolean | undefined };

/** Broken promises first, then kept ones, figures without a promise, and those that hold for every run; the verdict decides what is broken. */
export function promisesOf({ run, verdict, finals }: RunData): Promised[] {
  if (verdict === undefined) return [];
  const known = lossIsKnown(verdict, finals, run.truth);
  const rows = [
    ...lossRows(verdict, run.bounds, known),
    ...stalenessRows(verdict, run.bounds),
    ...availabilityRows(verdict, run.bounds),
    ...everyRunRows(verdict, known),
  ];
  const shown = rows.filter((row) => row.measured !== undefined || row.promised !== undefined);
  return shown
    .sort((a, b) => weight(a) - weight(b))
    .map(({ what, promised, measured, broken, open }) => ({
      what,
      promised: promised ?? '–',
      measured: measured ?? 'not known',
      kept: promised === undefined || (measured === undefined && !broken) || (open === true && !broken) ? undefined : !broken,
    }));
}

function weight({ broken, promised, always: everyRun }: Row): number {
  return broken ? 0 : promised === undefined ? 2 : everyRun ? 3 : 1;
}
