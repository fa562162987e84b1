import { UsageError } from '../support/errors.ts';
import { cancelWaitsFault } from './cancel-waits.ts';
import { delayFault } from './delay.ts';
import type { Fault } from './fault.ts';
import { freezeFault } from './freeze.ts';
import { isolateFault } from './isolate.ts';
import { losePacketsFault } from './lose-packets.ts';
import { nothingFault } from './nothing.ts';
import { powerOffFault } from './power-off.ts';
import { refuseFault } from './refuse.ts';

/** Every fault there is, by the name that journals carry. */
export const catalogue: Readonly<Record<string, Fault>> = Object.fromEntries(
  [powerOffFault, freezeFault, isolateFault, refuseFault, delayFault, losePacketsFault, cancelWaitsFault, nothingFault].map((fault) => [
    fault.name,
    fault,
  ]),
);

/** The fault of that name; a UsageError lists the known ones. */
export function faultNamed(name: string): Fault {
  const fault = catalogue[name];
  if (fault === undefined) throw new UsageError(`unknown fault "${name}": expected one of ${Object.keys(catalogue).join(', ')}`);
  return fault;
}
