import { parseArgs } from 'node:util';
import { EXIT, HoldfastError, messageOf } from '../../support/errors.ts';
import { readPlan } from '../plan.ts';
import { failback, promote } from '../runbooks.ts';
import type { Watcher } from '../steps.ts';

/*
 * `holdfast promote` and `holdfast failback` without the rest of the command line, whose start takes ten times as long: a course starts them often,
 * and a kill would mostly meet the start.
 */
const [runbook, site = '', ...flags] = process.argv.slice(2);
const { values } = parseArgs({
  // an option that takes several words: each as an option of its own
  args: flags.flatMap((word, index) =>
    isWord(word) && isWord(flags[index - 1]) ? [flags.slice(0, index).findLast((one) => !isWord(one)) ?? '', word] : [word],
  ),
  options: {
    plan: { type: 'string', default: '' },
    'accept-loss': { type: 'boolean' },
    'as-reader': { type: 'boolean' },
    'other-is-lost': { type: 'string' },
    'leave-behind': { type: 'string', multiple: true },
    discard: { type: 'string', multiple: true },
  },
});
const watcher: Watcher = {
  begins: ({ what }) => process.stdout.write(`${what} …`),
  ended: (_step, found, tookMs) => console.log(` ${tookMs} ms ${JSON.stringify(found)}`),
  skipped: ({ what }) => console.log(`${what}: done before`),
};
const options = {
  watcher,
  ...(values['accept-loss'] && { acceptLoss: true }),
  ...(values['as-reader'] && { asReader: true }),
  ...(values['other-is-lost'] !== undefined && { otherIsLost: values['other-is-lost'] }),
  ...(values['leave-behind'] && { leaveBehind: values['leave-behind'] }),
  ...(values.discard && { discard: new Set(values.discard) }),
};

try {
  const { writer, epoch, follows } = await (runbook === 'failback' ? failback : promote)(readPlan(values.plan), site, options);
  console.log(`site ${writer} takes writes, under epoch ${epoch}; the other one ${follows ? 'follows' : 'gives no answer'}`);
} catch (error) {
  console.error(`\nholdfast: ${messageOf(error)}`);
  if (!(error instanceof HoldfastError)) console.error((error as Error).stack);
  process.exitCode = error instanceof HoldfastError ? error.exitCode : EXIT.internal;
}

function isWord(text: string | undefined): boolean {
  return text !== undefined && !text.startsWith('--');
}
