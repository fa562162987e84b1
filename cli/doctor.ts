import { Command } from 'commander';
import { EXIT } from '../support/errors.ts';
import { examine } from '../topology/lab/doctor.ts';

/** `holdfast doctor`: what of this machine a lab needs, and how to get what is missing. */
export function doctorCommand(): Command {
  return new Command('doctor').description('check what a lab needs of this machine').action(async () => {
    const findings = await examine();
    for (const { good, what, remedy } of findings) {
      console.log(`${good ? 'ok     ' : 'MISSING'} ${what}${good || remedy === undefined ? '' : `: ${remedy}`}`);
    }
    if (findings.some(({ good }) => !good)) process.exitCode = EXIT.machine;
  });
}
