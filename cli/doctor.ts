import { Command } from 'commander';
import { catalogue } from '../faults/catalogue.ts';
import { EXIT } from '../support/errors.ts';
import { examine } from '../topology/lab/doctor.ts';
import { hasNetem, tryMechanisms, type Tried } from '../topology/lab/mechanisms.ts';

/** `holdfast doctor`: what of this machine a lab needs, how to get what is missing, and which faults it can do. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check what a lab needs of this machine, and try each mechanism of its faults')
    .action(async () => {
      const findings = await examine();
      for (const { good, what, remedy } of findings) {
        console.log(`${good ? 'ok     ' : 'MISSING'} ${what}${good || remedy === undefined ? '' : `: ${remedy}`}`);
      }
      const tried = await tryMechanisms();
      for (const one of tried) console.log(saying(one));
      console.log(`ok      netem: ${(await hasNetem()) ? 'there' : 'not there'}; nothing needs it`);
      if (findings.some(({ good }) => !good) || tried.some(({ lacks }) => lacks !== undefined)) process.exitCode = EXIT.machine;
    });
}

function saying({ mechanism, what, lacks }: Tried): string {
  const faults = Object.values(catalogue).filter(({ needs = [] }) => needs.includes(mechanism));
  const names = faults.map(({ name }) => name).join(', ');
  return lacks === undefined ? `ok      tried: ${what}, for ${names}` : `MISSING ${what}; this machine cannot do ${names}: ${lacks}`;
}
