import { join } from 'node:path';
import { HoldfastError } from '../../support/errors.ts';
import { readJson } from '../../support/files.ts';
import type { Prepared } from './prepare.ts';
import type { Lab } from './store.ts';

/** The paths of what this lab was made from, as stored when it was brought up. */
export function preparedOf(lab: Lab): Prepared {
  const prepared = readJson<Prepared>(join(lab.dir, 'prepared.json'));
  if (prepared === undefined)
    throw new HoldfastError(`lab ${lab.record.name} was never brought up completely: "holdfast up --name ${lab.record.name}"`);
  return prepared;
}

/** Path of a program that this lab was made with; one of an older version may lack it. */
export function toolOf(lab: Lab, tool: keyof Prepared['tools']): string {
  const program = (preparedOf(lab).tools as Partial<Prepared['tools']>)[tool];
  if (program === undefined)
    throw new HoldfastError(
      `lab ${lab.record.name} has no program "${tool}": expected one brought up by this version; take it down and up again`,
    );
  return program;
}
