import type { Topology } from '../topology/model.ts';
import { pinCopy } from './copy.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';

/** Stops replay at a standby: it goes on receiving and confirming, and shows its readers an ever older state. A promotion waits for the end. */
export function pauseReplay(target: Target): FaultSpec {
  return { fault: 'pause-replay', target };
}

export const pauseReplayFault: Fault = {
  name: 'pause-replay',
  kind: 'held',
  sparesDaemons: true,
  takes: [],
  asked: ({ target }) => pauseReplay(target),
  pin: async (topology, spec) => ({ hosts: [await pinCopy(topology, spec, 'replica')], paths: [] }),
  inject: (topology, { hosts }) => topology.database.setReplayPaused(hosts[0] as string, true),
  heal: (topology, { hosts }) => topology.database.setReplayPaused(hosts[0] as string, false),
  effect: (topology, pinned) => replay(topology, pinned, true),
  gone: (topology, pinned) => replay(topology, pinned, false),
  lasts: async (topology, pinned) => {
    const { seen, known, what } = await replay(topology, pinned, true);
    return known ? { seen, what } : undefined;
  },
};

async function replay(topology: Topology, { hosts: [copy = ''] }: Pinned, paused: boolean): Promise<Evidence & { known: boolean }> {
  const now = await topology.database.replayPaused(copy);
  const word = now === undefined ? `${copy} does not answer` : `replay at ${copy} ${now ? 'is paused' : 'goes on'}`;
  return { seen: now === paused, known: now !== undefined, what: word };
}
