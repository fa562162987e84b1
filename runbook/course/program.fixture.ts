import { EXIT, HoldfastError, messageOf } from '../../support/errors.ts';
import { readPlan } from '../plan.ts';
import { failback, promote } from '../runbooks.ts';
import type { Watcher } from '../steps.ts';

/*
 * `holdfast promote` and `holdfast failback` without the rest of the command line, whose start takes ten times as long: a course starts them often,
 * and a kill would mostly meet the start.
 */
const [runbook, site = '', ...flags] = process.argv.slice(2);
const given = flags.filter((flag) => flag.startsWith('--') && flag !== '--plan');
const plan = flags[flags.indexOf('--plan') + 1] ?? '';
const watcher: Watcher = {
  begins: ({ what }) => process.stdout.write(`${what} …`),
  ended: (_step, found, tookMs) => console.log(` ${tookMs} ms ${JSON.stringify(found)}`),
  skipped: ({ what }) => console.log(`${what}: done before`),
};
const options = {
  ...Object.fromEntries(given.map((flag) => [flag.slice(2).replaceAll(/-(\w)/g, (_match, letter: string) => letter.toUpperCase()), true])),
  watcher,
};

try {
  const { writer, epoch, follows } = await (runbook === 'failback' ? failback : promote)(readPlan(plan), site, options);
  console.log(`site ${writer} takes writes, under epoch ${epoch}; the other one ${follows ? 'follows' : 'gives no answer'}`);
} catch (error) {
  console.error(`\nholdfast: ${messageOf(error)}`);
  if (!(error instanceof HoldfastError)) console.error((error as Error).stack);
  process.exitCode = error instanceof HoldfastError ? error.exitCode : EXIT.internal;
}
