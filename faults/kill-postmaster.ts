import { all } from './probes.ts';
import { pinCopy } from './copy.ts';
import type { Evidence, Fault, FaultSpec, Pinned, Target } from './fault.ts';
import type { Topology } from '../topology/model.ts';
import { redundant } from './redundant.ts';

/** Kills the database server of a copy (SIGKILL), as a crash or the kernel's memory killer would; its host and its Patroni live on. */
export function killPostmaster(target: Target): FaultSpec {
  return { fault: 'kill-postmaster', target };
}

export const killPostmasterFault: Fault = {
  name: 'kill-postmaster',
  kind: 'momentary',
  takes: [],
  asked: ({ target }) => killPostmaster(target),
  pin: async (topology, spec) => {
    const copy = await pinCopy(topology, spec);
    const started = await topology.database.serverStarted(copy);
    return { hosts: [copy], paths: [], ...(started === undefined ? {} : { started }) };
  },
  inject: (topology, { hosts }) => topology.database.killServer(hosts[0] as string),
  heal: async () => undefined,
  effect: anew,
  gone: runs,
};

/** Whether the server that was killed is none that answers. */
async function anew(topology: Topology, { hosts: [copy = ''], started }: Pinned): Promise<Evidence> {
  const now = await topology.database.serverStarted(copy);
  return {
    seen: now !== started,
    what: now === undefined ? `the server of ${copy} does not answer` : `the server of ${copy} was started at ${now}`,
  };
}

async function runs(topology: Topology, { hosts: [copy = ''] }: Pinned): Promise<Evidence> {
  const started = await topology.database.serverStarted(copy);
  const own = {
    seen: started !== undefined,
    what: `the server of ${copy} ${started === undefined ? 'does not answer' : `was started at ${started}`}`,
  };
  return own.seen ? all([own, await redundant(topology)]) : own;
}
