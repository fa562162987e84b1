import type { FaultSpec, Target } from './fault.ts';
import { along, between, lookedAt, networkFault, type NetworkOptions, type OtherEnd } from './network.ts';
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
  asked: ({ target, from, allowTotalLoss }) => forgetConnections(target, from, allowTotalLoss === undefined ? {} : { allowTotalLoss }),
  impairment: () => ({ kind: 'forget' }),
  effect: async (topology, { paths }) => {
    const looked = lookedAt({ topology, paths, bothWays: true });
    return all([await answering(topology, looked), await along(looked, (path) => strange(topology, path, 'silence'))]);
  },
  gone: async (topology, { paths }) => {
    const looked = lookedAt({ topology, paths, bothWays: true });
    return all([await answering(topology, looked), await along(looked, (path) => strange(topology, path, 'refusal'))]);
  },
});
