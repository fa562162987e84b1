import { pinCopy } from './copy.ts';
import type { Topology } from '../topology/model.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';
import { redundant } from './redundant.ts';

/** Terminates every session of the platform at a copy, as an administrator would: what was under way is unknown to its client. */
export function terminateSessions(target: Target): FaultSpec {
  return { fault: 'terminate-sessions', target };
}

export const terminateSessionsFault: Fault = {
  name: 'terminate-sessions',
  kind: 'momentary',
  sparesDaemons: true,
  takes: [],
  asked: ({ target }) => terminateSessions(target),
  pin: async (topology, spec) => {
    const copy = await pinCopy(topology, spec);
    return { hosts: [copy], paths: [], sessions: await topology.database.sessions(copy) };
  },
  steady: async (_topology, { hosts, sessions = [] }) => ({
    seen: sessions.length > 0,
    what: `${sessions.length} sessions of the platform at ${hosts.join(', ')}`,
  }),
  inject: async (topology, { hosts }) => void (await topology.database.terminateSessions(hosts[0] as string)),
  heal: async () => undefined,
  effect: ended,
  gone: redundant,
};

async function ended(topology: Topology, { hosts: [copy = ''], sessions = [] }: Pinned): Promise<Evidence> {
  const now = new Set(await topology.database.sessions(copy));
  const left = sessions.filter((pid) => now.has(pid)).length;
  return { seen: left === 0, what: `${sessions.length - left} of ${sessions.length} sessions at ${copy} have ended` };
}
