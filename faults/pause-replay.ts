import type { Topology } from '../topology/model.ts';
import { pinCopy } from './copy.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';

/** Pauses replay at a standby: it goes on receiving and confirming, and shows its readers an ever older state. */
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
};

async function replay(topology: Topology, { hosts: [copy = ''] }: Pinned, paused: boolean): Promise<Evidence> {
  const now = await topology.database.replayPaused(copy);
  const word = now === undefined ? `${copy} does not answer` : `replay at ${copy} ${now ? 'is paused' : 'goes on'}`;
  return { seen: now === paused, what: word };
}
