import { HoldfastError } from '../support/errors.ts';
import { pinCopy } from './copy.ts';
import type { Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { redundant } from './redundant.ts';

/** Cancels every commit's wait for its synchronous standby at a copy: those commits return, and stand on that copy alone. */
export function cancelWaits(target: Target): FaultSpec {
  return { fault: 'cancel-waits', target };
}

export const cancelWaitsFault: Fault = {
  name: 'cancel-waits',
  kind: 'momentary',
  sparesDaemons: true,
  takes: [],
  asked: ({ target }) => cancelWaits(target),
  pin: async (topology, spec) => {
    const copy = await pinCopy(topology, spec);
    return { hosts: [copy], paths: [], transactions: await topology.database.waiting(copy) };
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

function copyOf({ hosts }: Pinned): string {
  return hosts[0] as string;
}

function transactionsOf({ transactions }: Pinned): string[] {
  return transactions ?? [];
}
