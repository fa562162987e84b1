import type { Topology } from '../topology/model.ts';
import type { Evidence, FaultSpec, Pinned, Target } from './fault.ts';
import { along, between, lookedAt, networkFault, networkOptions, type NetworkOptions, type OtherEnd } from './network.ts';
import { all, answering, strange } from './probes.ts';

/**
 * Silences every TCP connection between a target and another end that was made before, and passes those that are made since: a firewall between
 * them was replaced, or its table of connections was flushed.
 */
export function forgetConnections(target: Target, from: OtherEnd, options: Pick<NetworkOptions, 'allowTotalLoss'> = {}): FaultSpec {
  return between('forget-connections', { target, from }, options);
}

export const forgetConnectionsFault = networkFault({
  name: 'forget-connections',
  // such a firewall sees both directions, or it would know no connection at all
  bothWays: true,
  asked: (by) => forgetConnections(by.target, by.from, networkOptions(by)),
  impairment: () => ({ kind: 'forget' }),
  effect: (topology, pinned) => look(topology, pinned, 'silence'),
  gone: (topology, pinned) => look(topology, pinned, 'refusal'),
});

/** New connections stand in either case. */
async function look(topology: Topology, { paths }: Pinned, ofStrange: 'silence' | 'refusal'): Promise<Evidence> {
  const looked = lookedAt({ topology, paths, bothWays: true });
  return all(await Promise.all([answering(topology, looked), along(looked, (path) => strange(topology, path, ofStrange))]));
}
