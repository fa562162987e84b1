import type { Topology } from '../topology/model.ts';
import type { Evidence, Fault, FaultSpec, Pinned } from './fault.ts';
import { primaryOf, pinCopy } from './copy.ts';
import { redundant } from './redundant.ts';

/** A planned change of the database's leader, as before maintenance of its host. */
export function switchover(): FaultSpec {
  return { fault: 'switchover', target: { kind: 'role', role: 'primary' } };
}

export const switchoverFault: Fault = {
  name: 'switchover',
  kind: 'momentary',
  takes: [],
  asked: ({ target }) => ({ fault: 'switchover', target }),
  pin: async (topology, spec) => ({ hosts: [await pinCopy(topology, spec, 'primary')], paths: [] }),
  inject: (topology, { hosts }) => topology.database.switchOver(hosts[0] as string),
  heal: async () => undefined,
  effect: changed,
  gone: redundant,
};

async function changed(topology: Topology, { hosts }: Pinned): Promise<Evidence> {
  const leader = await primaryOf(topology);
  return { seen: leader !== undefined && leader !== hosts[0], what: leader === undefined ? 'no copy leads' : `${leader} leads` };
}
