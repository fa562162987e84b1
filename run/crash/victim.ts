import type { FaultSpec } from '../../faults/fault.ts';
import { injectFault } from '../../faults/inject.ts';
import { leaseOf } from '../../faults/lease.ts';
import { steady } from '../../load/profiles.ts';
import { monotonicNs } from '../../support/clock.ts';
import { takeLock } from '../../support/lock.ts';
import { labTopology } from '../../topology/lab/lab-topology.ts';
import { startLoad } from '../generator.ts';
import { startHealer } from '../healer.ts';

/** What a cell asks its victim for. */
export interface Order {
  lab: string;
  spec: FaultSpec;
  lease: string;
}

/** Light load, bounded in time should nobody be left to stop it. */
const load = steady({ writesPerSecond: 20, readsPerSecond: 20, capMs: 60_000 });

/** Injects one fault under load as a scenario does, with nothing of a run that takes time: what a cell of the crash matrix kills. */
export async function injectUnderLoad({ lab, spec, lease }: Order): Promise<void> {
  const topology = labTopology(lab);
  using _alone = takeLock(topology.lockFile, 'crash matrix');
  const generator = await startLoad(topology, { profile: load, tag: 'crash', zeroNs: monotonicNs(), seed: 1 });
  const fault = await injectFault({ topology, spec, leaseMs: leaseOf(spec.fault, lease), startHealer: () => startHealer(topology) });
  await fault.gone();
  await generator.stop();
}
