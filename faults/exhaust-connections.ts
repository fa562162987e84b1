import type { Topology } from '../topology/model.ts';
import { pinCopy } from './copy.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';

/** SQLSTATE "too many connections". */
const TOO_MANY = '53300';
const TIMES = 5;

/** Takes every session that a copy gives to others than superusers, and each that becomes free; those who are connected work on. */
export function exhaustConnections(target: Target): FaultSpec {
  return { fault: 'exhaust-connections', target };
}

export const exhaustConnectionsFault: Fault = {
  name: 'exhaust-connections',
  kind: 'held',
  takes: [],
  asked: ({ target }) => exhaustConnections(target),
  pin: async (topology, spec) => ({ hosts: [await pinCopy(topology, spec)], paths: [] }),
  inject: (topology, { hosts }, ttlMs) => topology.database.occupySessions(hosts[0] as string, ttlMs),
  heal: (topology, { hosts }) => topology.database.releaseSessions(hosts[0] as string),
  effect: refusedEachTime,
  gone: (topology, pinned) => asking(topology, pinned, 'accepted'),
  // who is faster gets a session that becomes free: that one was accepted says nothing
  lasts: async (topology, { hosts: [copy = ''] }) => {
    const seen = topology.database.sessionsOccupied(copy);
    return { seen, what: `the program that takes sessions at ${copy} ${seen ? 'runs' : 'has ended'}` };
  },
};

/** One refusal may be a coincidence: of several who ask at the same moment for the last session all may be refused. */
async function refusedEachTime(topology: Topology, pinned: Pinned): Promise<Evidence> {
  let look = await asking(topology, pinned, TOO_MANY);
  for (let time = 2; look.seen && time <= TIMES; time++) look = await asking(topology, pinned, TOO_MANY);
  return look.seen ? { seen: true, what: `${look.what}, ${TIMES} times in a row` } : look;
}

async function asking(topology: Topology, { hosts: [copy = ''] }: Pinned, expected: string): Promise<Evidence> {
  const answer = await topology.database.trySession(copy);
  return { seen: answer === expected, what: `a new session of the platform at ${copy}: ${answer ?? 'no answer'}` };
}
