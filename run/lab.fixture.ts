import { after, before } from 'node:test';
import type { FaultSpec } from '../faults/fault.ts';
import { injectFault, type ActiveFault } from '../faults/inject.ts';
import { leaseOf } from '../faults/lease.ts';
import { tearDown } from '../topology/lab/down.ts';
import { labTopology } from '../topology/lab/lab-topology.ts';
import type { LabShape } from '../topology/lab/shape.ts';
import { bringUp } from '../topology/lab/up.ts';
import type { Topology } from '../topology/model.ts';
import { startHealer } from './healer.ts';

/** A lab of a suite's own: up before its tests, gone after them. Its topology can be asked for once they run. */
export function suiteLab(name: string, shape: Partial<LabShape>): () => Topology {
  before(async () => {
    await tearDown(name);
    await bringUp({ name, shape }, () => undefined);
  });
  after(() => tearDown(name));
  return () => labTopology(name);
}

/** Injects a fault outside a run, as a person would; without a length it is momentary. */
export function injected(topology: Topology, spec: FaultSpec, length?: string): Promise<ActiveFault> {
  return injectFault({ topology, spec, leaseMs: leaseOf(spec.fault, length), startHealer: () => startHealer(topology) });
}
