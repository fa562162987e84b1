import type { Topology } from '../topology/model.ts';
import { HoldfastError } from '../support/errors.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { resolveTarget } from './targets.ts';

/** Cancels every commit's wait for its synchronous standby at a copy: those commits return, and stand on that copy alone. */
export function cancelWaits(target: Target): FaultSpec {
  return { fault: 'cancel-waits', target };
}

export const cancelWaitsFault: Fault = {
  name: 'cancel-waits',
  kind: 'momentary',
  takes: [],
  asked: ({ target }) => cancelWaits(target),
  pin: async (topology, spec) => {
    const [host, ...others] = (await resolveTarget(topology, spec.target)).map(({ name }) => name);
    if (host === undefined || others.length > 0) throw new HoldfastError('cancel-waits: expected one database host as its target');
    return { hosts: [host], paths: [], transactions: await topology.database.waiting(host) };
  },
  steady: async (_topology, pinned) => {
    const waiting = transactionsOf(pinned).length;
    return { seen: waiting > 0, what: `${waiting} transactions at ${copyOf(pinned)} wait for a synchronous standby` };
  },
  inject: async (topology, pinned) => {
    const cancelled = await topology.database.cancelWaits(copyOf(pinned));
    if (cancelled === 0) throw new HoldfastError(`cancel-waits: expected waits at ${copyOf(pinned)} to cancel; there were none left`);
  },
  heal: async () => undefined,
  effect: async (topology, pinned) => {
    const transactions = transactionsOf(pinned);
    const committed = await topology.database.committed(copyOf(pinned), transactions);
    return {
      seen: committed.length > 0,
      what: `${committed.length} of ${transactions.length} transactions that waited are visible at ${copyOf(pinned)}`,
    };
  },
  gone: redundant,
};

/** Whether every copy runs on the leader's timeline and one of them is synchronous. */
async function redundant(topology: Topology): Promise<Evidence> {
  const copies = await topology.database.copies();
  const timeline = copies.find(({ role }) => role === 'primary')?.timeline;
  const behind = copies.filter((copy) => !copy.running || copy.timeline !== timeline).map(({ name }) => name);
  const sync = copies.some((copy) => copy.sync);
  return {
    seen: timeline !== undefined && behind.length === 0 && sync,
    what:
      behind.length === 0
        ? `every copy follows timeline ${timeline}${sync ? '' : ', none synchronous'}`
        : `not following: ${behind.join(', ')}`,
  };
}

function copyOf({ hosts }: Pinned): string {
  return hosts[0] as string;
}

function transactionsOf({ transactions }: Pinned): string[] {
  return transactions ?? [];
}
