import type { FaultSpec, Target } from './fault.ts';
import { between, lookedAt, networkFault, networkOptions, type NetworkOptions, type OtherEnd } from './network.ts';
import { answering, refusing } from './probes.ts';

/** Answers every packet between a target and another end with a reset (TCP) or as unreachable: connections break at once, new ones are refused. */
export function refuse(target: Target, from: OtherEnd, options: NetworkOptions = {}): FaultSpec {
  return between('refuse', { target, from }, options);
}

export const refuseFault = networkFault({
  name: 'refuse',
  asked: (by) => refuse(by.target, by.from, networkOptions(by)),
  impairment: () => ({ kind: 'reset' }),
  // only a request that is hit itself is refused; where the answers are, the asker hears nothing
  effect: (topology, { paths }) => refusing(topology, lookedAt({ topology, paths, bothWays: false })),
  gone: (topology, { paths }) => answering(topology, lookedAt({ topology, paths, bothWays: true })),
});
