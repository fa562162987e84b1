import type { FaultSpec, Target } from '../../faults/fault.ts';
import { freeze } from '../../faults/freeze.ts';
import { injectFault } from '../../faults/inject.ts';
import { isolate } from '../../faults/isolate.ts';
import { powerOff } from '../../faults/power-off.ts';
import { HoldfastError } from '../../support/errors.ts';
import { labTopology } from '../../topology/lab/lab-topology.ts';
import { startHealer } from '../healer.ts';
import type { BenchContext } from './figure.ts';

const LEASE_MS = 1500;
const node: Target = { kind: 'host', name: 'b2' };

/** A site that is cut from the database. */
export const network = isolate({ kind: 'site', name: 'b' }, 'database');

/** A node that is frozen. */
export const frozen = freeze(node);

/** A node without power. */
export const unpowered = powerOff(node);

/** Seconds from the call of a fault to the proof of its effect. */
export async function effectOf({ lab }: BenchContext, spec: FaultSpec): Promise<number> {
  return (await injected(lab, spec)).effectSeconds;
}

/** Seconds from the end of a fault's lease to the proof of its end; off: until the hosts are started, which then boot. */
export async function endOf({ lab }: BenchContext, spec: FaultSpec): Promise<number> {
  return (await injected(lab, spec)).endSeconds;
}

async function injected(lab: string, spec: FaultSpec): Promise<{ effectSeconds: number; endSeconds: number }> {
  const topology = labTopology(lab);
  await topology.reset({ routing: 'active-active', replication: 'strict' });
  await startHealer(topology);
  const start = performance.now();
  const active = await injectFault({ topology, spec, leaseMs: LEASE_MS, startHealer: () => startHealer(topology) });
  const effectSeconds = (performance.now() - start) / 1000;
  const { head } = active;
  const end = (await active.gone()).find(({ state }) => state === (head.kind === 'off' ? 'healed' : 'gone'));
  if (end === undefined) throw new HoldfastError(`${head.fault}: expected its end in the journal, came none`);
  return { effectSeconds, endSeconds: Number(BigInt(end.atNs) - BigInt(head.leaseEndNs)) / 1e9 };
}
