import type { FaultSpec } from '../../faults/fault.ts';
import { freeze } from '../../faults/freeze.ts';
import { injectFault } from '../../faults/inject.ts';
import { isolate } from '../../faults/isolate.ts';
import { powerOff } from '../../faults/power-off.ts';
import { labTopology } from '../../topology/lab/lab-topology.ts';
import { startHealer } from '../healer.ts';
import type { BenchContext } from './figure.ts';

const LEASE_MS = 1500;

/** Seconds from the call to the proof that a site is cut from the database. */
export const networkEffect = (context: BenchContext): Promise<number> => effect(context, isolate({ kind: 'site', name: 'b' }, 'database'));

/** Seconds from the call to the proof that a node is frozen. */
export const freezeEffect = (context: BenchContext): Promise<number> => effect(context, freeze({ kind: 'host', name: 'b2' }));

/** Seconds from the call to the proof that a node is without power. */
export const powerEffect = (context: BenchContext): Promise<number> => effect(context, powerOff({ kind: 'host', name: 'b2' }));

async function effect({ lab }: BenchContext, spec: FaultSpec): Promise<number> {
  const topology = labTopology(lab);
  await topology.reset({ routing: 'active-active', replication: 'strict' });
  await startHealer(topology);
  const start = performance.now();
  const active = await injectFault({ topology, spec, leaseMs: LEASE_MS, startHealer: () => startHealer(topology) });
  const seconds = (performance.now() - start) / 1000;
  await active.gone();
  return seconds;
}
